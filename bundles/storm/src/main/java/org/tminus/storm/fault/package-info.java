/** How plugins that misbehave on purpose are told to. Exported, because each of them is a bundle of its own. */
@Export
@Version("1.0.0")
@NullMarked
package org.tminus.storm.fault;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
