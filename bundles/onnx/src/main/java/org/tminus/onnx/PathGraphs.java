/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnx;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tminus.onnx.PathSpec.ExitSpec;
import org.tminus.onnx.PathSpec.LayerSpec;
import org.tminus.onnx.internal.Composer;

/**
 * Cuts a model into segments that run one after the other, and composes whole paths into one graph. Everything is named by value names, as a
 * model's description has them, so that no analysis is needed at run time.
 *
 * <p>The segments of a path, run in order with the state of one as the state of the next, compute exactly what the composed graph computes, as far
 * as a runtime computes what a graph says; {@link Precision#tolerance()} tells how far. A state that the model has as whole numbers with a scale is
 * handed from part to part as the fractions that they stand for, since each layer has a scale of its own. Safe for concurrent use.
 */
public final class PathGraphs {
    private final Composer composer;

    private PathGraphs(Composer composer) {
        this.composer = composer;
    }

    /**
     * For a model and the file of its exits.
     *
     * @param exits the exits; null if the model has only its own tail
     * @throws OnnxFormatException if types contradict each other, or both files need different versions of the same operators
     */
    public static PathGraphs of(OnnxModel model, @Nullable OnnxModel exits) throws OnnxFormatException {
        return new PathGraphs(new Composer(model.graph(), exits == null ? null : exits.graph()));
    }

    /** For a model with only its own tail. */
    public static PathGraphs of(OnnxModel model) throws OnnxFormatException {
        return of(model, null);
    }

    /** Which numbers the model and its exits hold. */
    public Precision precision() {
        return composer.precision();
    }

    /**
     * From the model's inputs to the state before the first layer; then come the side values, in the order given.
     *
     * @throws OnnxFormatException if a value is not in the model
     */
    public SegmentGraph stem(String output, List<String> sideValues) throws OnnxFormatException {
        return new SegmentGraph(composer.stem(output, sideValues));
    }

    /**
     * One layer: from state to state. Neighbouring layers may be taken together, with the input of the first and the output of the last.
     *
     * @param sideValues what the stem hands on; what the layer does not read of it is left out
     * @throws OnnxFormatException if a value is not in the model, or the output can be made without the input
     */
    public SegmentGraph layer(LayerSpec layer, List<String> sideValues) throws OnnxFormatException {
        return new SegmentGraph(composer.stretch(null, sideValues, layer, null));
    }

    /**
     * What would otherwise be several segments that follow one another: the stem if wanted, one layer or neighbouring ones, an exit if
     * wanted. It makes the state after the layer, then, with the stem, the side values in the order given, then, with an exit, the
     * model's outputs.
     *
     * @param stemOutput the value that the stem makes; null if the graph begins with the state before the layer
     * @param sideValues what the stem hands on
     * @param exit null for none
     * @throws OnnxFormatException as the other methods, and if a name would have two meanings
     */
    public SegmentGraph stretch(
            @Nullable String stemOutput, List<String> sideValues, LayerSpec layer, @Nullable ExitSpec exit)
            throws OnnxFormatException {
        return new SegmentGraph(composer.stretch(stemOutput, sideValues, layer, exit));
    }

    /**
     * From the state after the last layer that runs to the model's outputs, which have the names of the model's outputs.
     *
     * @param sideValues what the stem hands on
     * @throws OnnxFormatException if a value is not in its file, or the exit reads something that neither stem nor caller gives
     */
    public SegmentGraph exit(ExitSpec exit, List<String> sideValues) throws OnnxFormatException {
        return new SegmentGraph(composer.exit(exit, null, sideValues));
    }

    /**
     * The same for a state that may have other fractions than the exit declares, such as float16 where the exit was made for float32: it is cast, and
     * so are the answers, to the types that the model's own tail has.
     *
     * @param state what the exit reads: the output of the layer that it comes after, by its name in the full model
     * @throws OnnxFormatException as the other, and if the exit reads or answers something else than fractions where the model has fractions
     */
    public SegmentGraph exit(ExitSpec exit, String state, List<String> sideValues) throws OnnxFormatException {
        return new SegmentGraph(composer.exit(exit, state, sideValues));
    }

    /**
     * A whole path in one graph: from the model's inputs to its outputs. An input that no part of the path reads is left out.
     *
     * @throws OnnxFormatException as the other methods, and if a layer reads the inside of a part that is not on the path
     */
    public SegmentGraph compose(PathSpec path) throws OnnxFormatException {
        return new SegmentGraph(composer.compose(path));
    }
}
