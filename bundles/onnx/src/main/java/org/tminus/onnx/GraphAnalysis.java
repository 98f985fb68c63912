/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnx;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.tminus.onnx.internal.CostModel;
import org.tminus.onnx.internal.Graph;
import org.tminus.onnx.internal.Obstacles;
import org.tminus.onnx.internal.Partition;
import org.tminus.onnx.internal.Samples;
import org.tminus.onnx.internal.SliceCosts;

/**
 * What a model is made of: a stem, layers that repeat, and a tail; which layers can be skipped; and what each part costs.
 *
 * <p>Cuts are found on the graph alone; no naming convention of an exporter is assumed. A cut is a value through which everything flows, apart from
 * <i>side values</i>, which can be computed whichever layers run (an attention mask, positions, shape arithmetic). A layer is a stretch between two
 * cuts of the same shape and type that repeats with the same operators and parameter shapes. In a model that normalises after each block the cut
 * lies after the normalisation; in one that normalises before, it is the residual stream. Immutable.
 */
public final class GraphAnalysis {
    /**
     * A part of a layer that holds one group of large products, such as attention or the feed-forward net.
     *
     * @param id {@code layer.N.block.M}
     * @param input the value that goes in
     * @param output the value that comes out, of the same shape and type
     * @param skippable whether the block may be left out
     * @param obstacle why not; null if it may
     */
    public record Block(String id, String input, String output, boolean skippable, @Nullable String obstacle) {}

    /**
     * A layer.
     *
     * @param id {@code layer.N}, counted from 0 in the order of computation
     * @param input the value that goes in
     * @param output the value that comes out, of the same shape and type
     * @param skippable whether the layer may be left out
     * @param obstacle why not; null if it may
     * @param blocks its blocks, in order; the first begins with its input, the last ends with its output
     * @param cost what running it costs
     */
    public record Layer(
            String id,
            String input,
            String output,
            boolean skippable,
            @Nullable String obstacle,
            List<Block> blocks,
            Cost cost) {
        /** Copies the list. */
        public Layer {
            blocks = List.copyOf(blocks);
        }
    }

    /**
     * What comes before the first layer and always runs.
     *
     * @param output the value that goes into the first layer
     * @param sideValues further values that later parts read; they do not depend on any layer
     * @param cost what running it costs
     */
    public record Stem(String output, List<String> sideValues, Cost cost) {
        /** Copies the list. */
        public Stem {
            sideValues = List.copyOf(sideValues);
        }
    }

    /**
     * What comes after the last layer: the model's own exit.
     *
     * @param input the value that comes out of the last layer
     * @param outputs the outputs of the model
     * @param cost what running it costs
     */
    public record Tail(String input, List<String> outputs, Cost cost) {
        /** Copies the list. */
        public Tail {
            outputs = List.copyOf(outputs);
        }
    }

    private final Signature signature;
    private final @Nullable ValueInfo hidden;
    private final @Nullable Stem stem;
    private final List<Block> fixedParts;
    private final List<Layer> layers;
    private final @Nullable Tail tail;
    private final Cost total;
    private final Precision precision;
    private final Map<String, Long> weightBytes;
    private final @Nullable String obstacle;
    private final List<String> notes;

    private GraphAnalysis(
            Signature signature,
            @Nullable ValueInfo hidden,
            @Nullable Stem stem,
            List<Block> fixedParts,
            List<Layer> layers,
            @Nullable Tail tail,
            Cost total,
            Precision precision,
            Map<String, Long> weightBytes,
            @Nullable String obstacle,
            List<String> notes) {
        this.signature = signature;
        this.hidden = hidden;
        this.stem = stem;
        this.fixedParts = List.copyOf(fixedParts);
        this.layers = List.copyOf(layers);
        this.tail = tail;
        this.total = total;
        this.precision = precision;
        this.weightBytes = Collections.unmodifiableMap(weightBytes);
        this.obstacle = obstacle;
        this.notes = List.copyOf(notes);
    }

    /**
     * Analyses a model. Takes milliseconds to seconds; loads no weights.
     *
     * @throws OnnxFormatException if operand types contradict each other, or small external tensors that shapes depend on cannot be read
     */
    public static GraphAnalysis analyze(OnnxModel model) throws OnnxFormatException {
        Graph graph = model.graph();
        Samples samples = new Samples(graph);
        CostModel costs = new CostModel(graph, samples);
        Signature signature = signature(model, samples);
        Cost total = SliceCosts.whole(graph, costs);
        Partition partition = Partition.of(graph, samples, costs);
        if (partition == null) {
            List<String> notes = notes(samples, costs);
            return new GraphAnalysis(
                    signature,
                    null,
                    null,
                    List.of(),
                    List.of(),
                    null,
                    total,
                    samples.precision(),
                    costs.weightBytesByType(),
                    Obstacles.explain(graph, samples),
                    notes);
        }
        Stem stem = partition.stem();
        List<Layer> layers = partition.layers();
        Tail tail = partition.tail();
        return new GraphAnalysis(
                signature,
                samples.state(stem.output()),
                stem,
                partition.fixedParts(),
                layers,
                tail,
                total,
                samples.precision(),
                costs.weightBytesByType(),
                null,
                notes(samples, costs));
    }

    /**
     * What making some values of a model costs, for example one exit of a file of exits.
     *
     * @param given values that are there already, beside the model's inputs
     * @param outputs the values to make
     * @throws OnnxFormatException as {@link #analyze}, and if a value is not in the model
     */
    public static Cost cost(OnnxModel model, List<String> given, List<String> outputs) throws OnnxFormatException {
        Samples samples = new Samples(model.graph());
        return SliceCosts.between(model.graph(), new CostModel(model.graph(), samples), given, outputs);
    }

    private static List<String> notes(Samples samples, CostModel costs) {
        List<String> notes = new ArrayList<>(samples.notes());
        notes.addAll(costs.notes());
        return notes;
    }

    private static Signature signature(OnnxModel model, Samples samples) throws OnnxFormatException {
        String input = samples.sizes().sequenceInput();
        Signature.Sequence sequence = input == null
                ? null
                : new Signature.Sequence(input, samples.sizes().sequenceDimension(), samples.maximumLength());
        return new Signature(
                model.inputs().stream().map(value -> known(value, samples)).toList(),
                model.outputs().stream().map(value -> known(value, samples)).toList(),
                sequence);
    }

    /** What inference found; what the file declares where it found nothing. */
    private static ValueInfo known(ValueInfo declared, Samples samples) {
        ValueInfo found = samples.info(declared.name());
        return found.shape() == null ? declared : found;
    }

    /** Inputs, outputs, and where the length of a sequence is found. */
    public Signature signature() {
        return signature;
    }

    /**
     * The state between layers, under the name that it has after the stem; empty if there are no layers. Where the graph computes with it as whole
     * numbers, its type is that of the fractions that they stand for, which is how {@link PathGraphs} hands it from part to part.
     */
    public Optional<ValueInfo> hidden() {
        return Optional.ofNullable(hidden);
    }

    /** What comes before the layers; empty if there are no layers. */
    public Optional<Stem> stem() {
        return Optional.ofNullable(stem);
    }

    /**
     * Parts of the stem that hold the same weights as a layer, but cannot be skipped, because something made inside them is read later; with that
     * reason. Usually empty.
     */
    public List<Block> fixedParts() {
        return fixedParts;
    }

    /** The layers in order; empty if there are none. */
    public List<Layer> layers() {
        return layers;
    }

    /** What comes after the layers; empty if there are no layers. */
    public Optional<Tail> tail() {
        return Optional.ofNullable(tail);
    }

    /** What running the whole model once costs. */
    public Cost total() {
        return total;
    }

    /** Which numbers the model computes with. */
    public Precision precision() {
        return precision;
    }

    /** The bytes of the weights by the type that they are stored in, such as {@code int8}, the largest first; strings are not counted. */
    public Map<String, Long> weightBytesByType() {
        return weightBytes;
    }

    /** A sentence that says why nothing can be skipped; empty if something can. */
    public Optional<String> obstacle() {
        return Optional.ofNullable(obstacle);
    }

    /** What could not be told in full, in sentences: operators without a rule, costs that are no polynomial. */
    public List<String> notes() {
        return notes;
    }
}
