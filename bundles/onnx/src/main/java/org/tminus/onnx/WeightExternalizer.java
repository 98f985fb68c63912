/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnx;

import java.io.IOException;
import java.nio.file.Path;
import org.tminus.onnx.internal.ExternalWriter;

/**
 * Rewrites a model so that its large weights lie in one file beside it, each at a multiple of 4096 bytes, so that a runtime can map them into
 * memory. The same model always gives the same bytes.
 */
public final class WeightExternalizer {
    /** Smaller weights stay in the model file. */
    public static final int SMALLEST_BYTES = 1024;

    /** Each weight begins at a multiple of this. */
    public static final int ALIGNMENT_BYTES = 4096;

    private WeightExternalizer() {}

    /**
     * Writes a model and its weights. Both files are written under temporary names and then moved, so an error leaves nothing half-written behind,
     * and a model may be rewritten in place.
     *
     * @param model what to write; its weights may be external already
     * @param modelFile the model file, for example {@code model.onnx}
     * @param dataFile the file of weights in the same folder, for example {@code model.onnx.data}; not written, and removed if it is there, when no
     *     weight is large enough
     * @return the number of bytes of the file of weights, 0 if there is none
     * @throws IOException if a file cannot be read or written
     * @throws IllegalArgumentException if both files are not in the same folder
     */
    public static long write(OnnxModel model, Path modelFile, Path dataFile) throws IOException {
        Path folder = modelFile.toAbsolutePath().getParent();
        Path name = dataFile.getFileName();
        if (folder == null
                || name == null
                || !folder.equals(dataFile.toAbsolutePath().getParent())) {
            throw new IllegalArgumentException(
                    "model and weights must lie in one folder: " + modelFile + ", " + dataFile);
        }
        return new ExternalWriter(model.graph(), name.toString(), SMALLEST_BYTES, ALIGNMENT_BYTES)
                .write(modelFile, dataFile, folder);
    }
}
