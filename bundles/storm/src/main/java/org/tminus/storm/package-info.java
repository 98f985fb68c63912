/** The proof that swapping drops no request: what to do, and what was found. Its records are also the files that are exchanged with a container. */
@Export
@Version("1.0.0")
@NullMarked
package org.tminus.storm;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
