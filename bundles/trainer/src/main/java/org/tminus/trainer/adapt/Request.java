/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.adapt;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.tminus.tasks.PictureInput;
import org.tminus.trainer.graph.Objective;
import org.tminus.trainer.graph.Pooling;
import org.tminus.trainer.pipeline.PipelineOptions.PolicyEffort;

/**
 * What a person asked for.
 *
 * @param model the ONNX file
 * @param data folder or file
 * @param dataSince the time before which none of the data is from; empty if nobody knows
 * @param labels the model's classes; {@link LabelNames#FROM_DATA} if nobody says
 * @param text how texts are read
 * @param picture how pictures are read
 * @param head what becomes of the model's end
 * @param training how much is trained
 * @param output the {@code .tminus} file
 * @param work folder of stages and checkpoints
 * @param licence of the result, for its header
 * @param command what the provenance says of how it was made, without paths of this machine
 */
public record Request(
        Path model,
        Path data,
        Optional<Instant> dataSince,
        LabelNames labels,
        Text text,
        Picture picture,
        Head head,
        Training training,
        Path output,
        Path work,
        String licence,
        String command) {
    /**
     * How texts are read.
     *
     * @param tokenizer file; {@code null} for {@code tokenizer.json} beside the model
     * @param textColumn name of the column with the text
     * @param labelColumn name of the column with the class
     * @param groupColumn what belongs together; empty for nothing of the kind
     * @param maximumLength tokens; what is longer is cut off
     */
    public record Text(
            @Nullable Path tokenizer,
            String textColumn,
            String labelColumn,
            Optional<String> groupColumn,
            int maximumLength) {}

    /**
     * How pictures are read.
     *
     * @param side height and width where the model does not fix them
     * @param like how pixels are normalised; {@code null} for what is beside the model, or else the usual way
     */
    public record Picture(int side, @Nullable PictureInput like) {
        /** Normalised as what is beside the model says. */
        public Picture(int side) {
            this(side, null);
        }
    }

    /**
     * What becomes of the model's end.
     *
     * @param fresh whether a new classifier is put on its output even if it could be one already
     * @param pooling of states to one vector; {@code null} for the usual way of the kind of data
     * @param answer what the model answers with, where there are no labels; {@code null} to tell it from the model
     */
    public record Head(boolean fresh, @Nullable Pooling pooling, @Nullable Objective answer) {
        /** The model's own end, as far as it can be told. */
        public static final Head OWN = new Head(false, null, null);
    }

    /** The same with other places to write to. */
    Request withPlaces(Path file, Path folder) {
        return new Request(
                model, data, dataSince, labels, text, picture, head, training, file, folder, licence, command);
    }

    /**
     * How much is trained.
     *
     * @param epochs 0 to choose by the size of the data
     * @param seed of everything drawn
     * @param threads that compute; no part of the result
     * @param policies trainings of learned policies
     */
    public record Training(int epochs, long seed, int threads, PolicyEffort policies) {}
}
