/**
 * Tensors as they travel between callers, the platform and plugins.
 *
 * <p>Whoever makes a tensor owns it and closes it. The inputs of a request belong to its caller and are never kept past
 * the call; outputs belong to whoever received them. A tensor on a device stays there until somebody asks for a copy on
 * the host. No type of an inference library appears here.
 */
@Export
@Version("1.1.0")
@NullMarked
package org.tminus.tensor;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
