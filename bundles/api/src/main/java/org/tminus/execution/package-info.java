/**
 * Pre-compilation of paths for devices that can record work and replay it (CUDA graphs), shared by the backends of such
 * devices.
 */
@Export
@Version("1.0.0")
@NullMarked
package org.tminus.execution;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
