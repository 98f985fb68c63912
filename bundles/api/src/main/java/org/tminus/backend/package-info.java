/**
 * Runs paths on a device. A {@link org.tminus.backend.Backend} opens a {@link org.tminus.backend.BackendSession} per model;
 * a session runs whole paths, or a {@link org.tminus.backend.Run} step by step for policies with checkpoints.
 *
 * <p>Sessions, runs and the tensors that they return may hold native memory: whoever received one closes it. Closing
 * twice is harmless; use after close is an {@link IllegalStateException}.
 */
@Export
@Version("1.0.0")
@NullMarked
package org.tminus.backend;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
