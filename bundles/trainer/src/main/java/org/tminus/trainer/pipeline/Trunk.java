/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.pipeline;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.tminus.learning.data.TaskData;
import org.tminus.trainer.ProgressListener;

/** The first stage: trains the weights of the layers and the exits. Used by one thread. */
public interface Trunk {
    /** Everything that decides the result beside the data: options, seed, the model begun with. */
    String fingerprint();

    /**
     * Trains, or goes on from the checkpoint in the folder.
     *
     * @param data opens the trunk and the decision split
     * @param folder for checkpoints; exists
     * @param stop asked after each step
     * @return {@code null} if it was stopped
     * @throws IOException if a file cannot be read or written
     */
    @Nullable
    Graphs train(TaskData.Access data, Path folder, BooleanSupplier stop, ProgressListener listener) throws IOException;

    /** The trained model. The arrays are not copied; nobody should write to them. */
    final class Graphs {
        private final byte[] model;
        private final byte @Nullable [] exits;
        private final byte @Nullable [] change;
        private final Map<String, Object> figures;

        /**
         * @param model {@code model.onnx}, weights included
         * @param exits {@code exits.onnx}; {@code null} if the model has its own end only
         * @param change how the model differs from a pretrained one, in the form that {@code Change} reads; {@code null} for
         *     models that were trained from nothing
         * @param figures for the provenance
         */
        public Graphs(byte[] model, byte @Nullable [] exits, byte @Nullable [] change, Map<String, ?> figures) {
            this.model = model;
            this.exits = exits;
            this.change = change;
            this.figures = new TreeMap<>(figures);
        }

        public byte[] model() {
            return model;
        }

        public byte @Nullable [] exits() {
            return exits;
        }

        public byte @Nullable [] change() {
            return change;
        }

        /** Sorted by name. */
        public Map<String, Object> figures() {
            return Collections.unmodifiableMap(figures);
        }
    }
}
