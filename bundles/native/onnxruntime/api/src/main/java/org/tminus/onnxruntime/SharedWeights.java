/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnxruntime;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.util.Collection;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Weights that sessions have in common. They are mapped from their files, and what the library makes of them for its matrix
 * products (their packed form) is held once, however many sessions read it. The library still packs for each session, to
 * find by the result what is there already; so sessions save memory, and no time. Thread-safe; closed after all its
 * sessions, which frees the packed forms.
 */
@ProviderType
public interface SharedWeights extends AutoCloseable {
    /**
     * A new session; the caller closes it.
     *
     * @param graph an ONNX file
     * @param options made by {@link OnnxRuntime#newSessionOptions()}; the caller closes them
     * @param weights those of the graph's initializers that are shared
     * @throws IOException if a file of weights cannot be read, or is too short
     * @throws OrtException if the library refuses the graph
     * @throws IllegalStateException if this is closed
     */
    OrtSession newSession(byte[] graph, OrtSession.SessionOptions options, Collection<MappedWeight> weights)
            throws IOException, OrtException;

    /** Whether packed forms are held once too: false where the library's C interface cannot be reached. */
    boolean isHeldOnce();

    /**
     * Lets the system take back the memory of mapped files, of which most is read only while sessions are made. What is
     * needed later is read again, mostly from the system's cache. To be called when some sessions were made.
     */
    void unload();

    /**
     * The same for some of them. Only of use for sessions that read weights where they lie: those that were made with
     * {@code session.disable_prepacking}.
     *
     * @param weights whose memory may go; those that no session was made with do not matter
     */
    void unload(Collection<MappedWeight> weights);

    @Override
    void close();
}
