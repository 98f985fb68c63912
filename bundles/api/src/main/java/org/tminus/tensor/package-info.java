/**
 * Tensors as they travel between callers, the platform and plugins.
 */
@Export
@Version("1.0.0")
@NullMarked
package org.tminus.tensor;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
