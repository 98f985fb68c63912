/**
 * ONNX Runtime for the bundles of this platform: one environment, one thread pool, natives loaded from the data
 * directory.
 *
 * <p>The environment lives as long as the process. Whoever creates sessions, options or tensors on it owns and closes
 * them; the environment itself is never closed.
 */
@Export
@Version("1.2.0")
@NullMarked
package org.tminus.onnxruntime;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
