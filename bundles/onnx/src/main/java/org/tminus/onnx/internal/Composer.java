/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnx.internal;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.tminus.onnx.OnnxFormatException;
import org.tminus.onnx.PathSpec;
import org.tminus.onnx.PathSpec.ExitSpec;
import org.tminus.onnx.PathSpec.LayerSpec;
import org.tminus.onnx.Precision;
import org.tminus.onnx.ValueInfo;

/** Cuts segments out of a model, and joins them to paths. */
public final class Composer {
    private static final String ADVICE = "Check that the model and its description belong together.";

    private final Graph graph;
    private final Samples samples;
    private final @Nullable Graph exits;
    private final @Nullable Samples exitSamples;

    /** For a model and its exits, if it has a file of them. */
    public Composer(Graph graph, @Nullable Graph exits) throws OnnxFormatException {
        this.graph = graph;
        this.samples = new Samples(graph);
        this.exits = exits;
        this.exitSamples = exits == null ? null : new Samples(exits);
    }

    /** See {@link org.tminus.onnx.PathGraphs#precision}. */
    public Precision precision() {
        Precision own = samples.precision();
        Precision other = exitSamples == null ? Precision.FLOAT32 : exitSamples.precision();
        return new Precision(
                own.hasFloat16() || other.hasFloat16(),
                own.hasBfloat16() || other.hasBfloat16(),
                own.isQuantised() || other.isQuantised());
    }

    /** See {@link org.tminus.onnx.PathGraphs#stem}. */
    public Composition stem(String output, List<String> sideValues) throws OnnxFormatException {
        ModelBuilder builder = new ModelBuilder();
        Set<String> outputs = new LinkedHashSet<>();
        outputs.add(output);
        outputs.addAll(sideValues);
        Slice slice = Slice.between(graph, new BitSet(), ids(graph, outputs));
        builder.add(graph, slice, UnaryOperator.identity());
        inputs(builder, slice, Set.of());
        List<ModelBuilder.Result> results = new ArrayList<>();
        for (String name : outputs) {
            results.add(name.equals(output) ? stateResult(builder, name) : result(name));
        }
        return builder.build(results, null);
    }

    /** See {@link org.tminus.onnx.PathGraphs#stretch}. */
    public Composition stretch(
            @Nullable String stemOutput, List<String> sideValues, LayerSpec layer, @Nullable ExitSpec exit)
            throws OnnxFormatException {
        ModelBuilder builder = new ModelBuilder();
        Set<String> sides = new LinkedHashSet<>(sideValues);
        Slice slice = slice(layer, sideValues);
        List<ModelBuilder.Result> results = new ArrayList<>();
        if (stemOutput == null) {
            builder.add(graph, slice, replacing(layer.input(), given(builder, layer.input())));
            inputs(builder, slice, sides);
            results.add(stateResult(builder, layer.output()));
        } else {
            builder.add(graph, slice, replacing(layer.input(), joined(builder, stemOutput, layer.input())));
            inputs(builder, slice, Set.of());
            results.add(stateResult(builder, layer.output()));
            Set<String> made = new LinkedHashSet<>(sides);
            made.add(stemOutput);
            Slice stem = Slice.between(graph, new BitSet(), ids(graph, made));
            builder.add(graph, stem, UnaryOperator.identity());
            inputs(builder, stem, Set.of());
            for (String name : sideValues) {
                results.add(result(name));
            }
        }
        if (exit != null) {
            Set<String> read = new LinkedHashSet<>();
            results.addAll(append(builder, exit, layer.output(), sideValues, read));
            for (String name : read) {
                if (stemOutput == null) {
                    builder.input(samples.info(name), samples.type(graph.id(name)));
                }
            }
        }
        if (results.stream().map(ModelBuilder.Result::name).distinct().count() < results.size()) {
            throw new OnnxFormatException(
                    "An output of the model has the name of a value that is handed on after " + Names.shown(layer.id())
                            + ".",
                    "Rename the model's output.");
        }
        return builder.build(results, stemOutput == null ? layer.input() : null);
    }

    /**
     * See {@link org.tminus.onnx.PathGraphs#exit}.
     *
     * @param state what the exit reads, by its name in the full model; null if it is of the type that the exit declares
     */
    public Composition exit(ExitSpec exit, @Nullable String state, List<String> sideValues) throws OnnxFormatException {
        ModelBuilder builder = new ModelBuilder();
        if (exit.ofModel()) {
            Slice slice = tail(exit, sideValues);
            UnaryOperator<String> names = replacing(exit.input(), given(builder, exit.input()));
            builder.add(graph, slice, names);
            inputs(builder, slice, new LinkedHashSet<>(sideValues));
            return builder.build(results(exit, names), exit.input());
        }
        Graph other = exits();
        Slice slice = head(exit);
        ValueInfo hidden = Shapes.declared(hiddenInput(exit));
        int type = state == null ? exitType(exit) : samples.stateType(SliceCosts.require(graph, state));
        builder.input(new ValueInfo(hidden.name(), Types.name(type), hidden.shape()), type);
        Map<String, String> reads = new LinkedHashMap<>();
        reads.put(exit.input(), cast(builder, exit, exit.input(), type, exitType(exit), exit.input() + "/cast"));
        for (int value : slice.inputs()) {
            String name = other.name(value);
            if (!name.equals(exit.input())) {
                requireGiven(exit, name, sideValues);
                builder.input(samples.info(name), samples.type(graph.id(name)));
                reads.put(name, beside(builder, exit, name, name + "/cast"));
            }
        }
        UnaryOperator<String> names = name -> reads.getOrDefault(name, name);
        builder.append(other, slice, "", names);
        return builder.build(heads(builder, exit, names), exit.input());
    }

    /** See {@link org.tminus.onnx.PathGraphs#compose}. */
    public Composition compose(PathSpec path) throws OnnxFormatException {
        ModelBuilder builder = new ModelBuilder();
        Set<String> sides = new LinkedHashSet<>(path.sideValues());
        Set<String> wanted = new LinkedHashSet<>();
        wanted.add(path.stemOutput());
        BitSet elsewhere = elsewhere(path);
        Map<String, Slice> slices = new LinkedHashMap<>();
        String state = path.stemOutput();
        for (LayerSpec layer : path.layers()) {
            Slice slice = slice(layer, path.sideValues());
            refuseLeak(slice, elsewhere, layer);
            if (slices.put(layer.output(), slice) != null) {
                throw new OnnxFormatException("The path runs " + Names.shown(layer.id()) + " twice.", ADVICE);
            }
            builder.add(graph, slice, replacing(layer.input(), joined(builder, state, layer.input())));
            state = layer.output();
            wanted.addAll(handedOn(graph, slice, sides));
            inputs(builder, slice, Set.of());
        }
        List<ModelBuilder.Result> results = append(builder, path.exit(), state, path.sideValues(), wanted);
        Slice stem = Slice.between(graph, new BitSet(), ids(graph, wanted));
        builder.add(graph, stem, UnaryOperator.identity());
        inputs(builder, stem, Set.of());
        return builder.build(results, null);
    }

    /**
     * Adds an exit that reads a state which the graph makes, and the inputs of the model that it reads.
     *
     * @param read receives the side values that it reads
     */
    private List<ModelBuilder.Result> append(
            ModelBuilder builder, ExitSpec exit, String state, List<String> sideValues, Set<String> read)
            throws OnnxFormatException {
        Set<String> sides = new LinkedHashSet<>(sideValues);
        if (exit.ofModel()) {
            Slice slice = tail(exit, sideValues);
            UnaryOperator<String> names = replacing(exit.input(), joined(builder, state, exit.input()));
            builder.add(graph, slice, names);
            read.addAll(handedOn(graph, slice, sides));
            inputs(builder, slice, Set.of());
            return results(exit, names);
        }
        Graph other = exits();
        Slice slice = head(exit);
        String prefix = prefix(exit.id());
        Map<String, String> reads = new LinkedHashMap<>();
        int type = samples.stateType(SliceCosts.require(graph, state));
        reads.put(
                exit.input(),
                cast(builder, exit, fractions(builder, state), type, exitType(exit), prefix + exit.input()));
        for (int value : slice.inputs()) {
            String name = other.name(value);
            if (!name.equals(exit.input())) {
                requireGiven(exit, name, sideValues);
                reads.put(name, beside(builder, exit, name, prefix + name));
                if (sides.contains(name)) {
                    read.add(name);
                } else {
                    builder.input(samples.info(name), samples.type(graph.id(name)));
                }
            }
        }
        UnaryOperator<String> names = name -> reads.getOrDefault(name, prefix + name);
        builder.append(other, slice, prefix, names);
        return heads(builder, exit, names);
    }

    /** The operators that make cuts: no layer may contain that of another. */
    private BitSet elsewhere(PathSpec path) throws OnnxFormatException {
        BitSet producers = new BitSet();
        Set<String> cuts = new LinkedHashSet<>();
        cuts.add(path.stemOutput());
        for (LayerSpec layer : path.layers()) {
            cuts.add(layer.input());
            cuts.add(layer.output());
        }
        for (int value : ids(graph, cuts)) {
            if (graph.producer(value) >= 0) {
                producers.set(graph.producer(value));
            }
        }
        return producers;
    }

    private void refuseLeak(Slice slice, BitSet elsewhere, LayerSpec layer) throws OnnxFormatException {
        BitSet leaked = (BitSet) slice.nodes().clone();
        leaked.and(elsewhere);
        int own = graph.producer(graph.id(layer.output()));
        if (own >= 0) {
            leaked.clear(own);
        }
        if (!leaked.isEmpty()) {
            throw new OnnxFormatException(
                    "The part " + Names.shown(layer.id()) + " also depends on "
                            + graph.nodes().get(leaked.nextSetBit(0)).label()
                            + ", which belongs to another part, so it cannot run on its own.",
                    ADVICE);
        }
    }

    private Slice slice(LayerSpec layer, List<String> sideValues) throws OnnxFormatException {
        int input = SliceCosts.require(graph, layer.input());
        int output = SliceCosts.require(graph, layer.output());
        if (input == output) {
            throw new OnnxFormatException("The part " + Names.shown(layer.id()) + " ends where it begins.", ADVICE);
        }
        BitSet stops = stops(sideValues);
        stops.clear(output);
        stops.set(input);
        Slice slice = Slice.between(graph, stops, List.of(output));
        if (!slice.inputs().contains(input)) {
            throw new OnnxFormatException(
                    "The value '" + Names.shown(layer.output()) + "' does not depend on '" + Names.shown(layer.input())
                            + "', so there is no part between them.",
                    ADVICE);
        }
        return slice;
    }

    /** The model's own tail, from its input to its outputs. */
    private Slice tail(ExitSpec exit, List<String> sideValues) throws OnnxFormatException {
        int input = SliceCosts.require(graph, exit.input());
        BitSet stops = stops(sideValues);
        stops.set(input);
        return Slice.between(graph, stops, ids(graph, exit.outputs().values()));
    }

    /** An exit of the file of exits. */
    private Slice head(ExitSpec exit) throws OnnxFormatException {
        Graph other = exits();
        BitSet stops = new BitSet();
        stops.set(SliceCosts.require(other, exit.input()));
        return Slice.between(other, stops, ids(other, exit.outputs().values()));
    }

    private BitSet stops(List<String> sideValues) throws OnnxFormatException {
        BitSet stops = new BitSet();
        for (String name : sideValues) {
            stops.set(SliceCosts.require(graph, name));
        }
        return stops;
    }

    private ValueInfoProto hiddenInput(ExitSpec exit) throws OnnxFormatException {
        for (ValueInfoProto input : exits().inputs()) {
            if (input.getName().equals(exit.input())) {
                return input;
            }
        }
        throw new OnnxFormatException(
                "The file of exits has no input '" + Names.shown(exit.input()) + "' for " + Names.shown(exit.id())
                        + ".",
                ADVICE);
    }

    private int exitType(ExitSpec exit) throws OnnxFormatException {
        return hiddenInput(exit).getType().getTensorType().getElemType();
    }

    /** An input or side value of the model as an exit reads it. */
    private String beside(ModelBuilder builder, ExitSpec exit, String value, String name) throws OnnxFormatException {
        Graph other = exits();
        ValueInfoProto declared = Objects.requireNonNull(other.declared(value));
        return cast(
                builder,
                exit,
                value,
                samples.type(graph.id(value)),
                declared.getType().getTensorType().getElemType(),
                name);
    }

    /** Fractions of another type, for an exit that was made before the model was given other numbers, or after. */
    private String cast(ModelBuilder builder, ExitSpec exit, String from, int type, int wanted, String name)
            throws OnnxFormatException {
        if (type == wanted || !Types.isKnown(type)) {
            return from;
        }
        if (!Types.isFloating(type) || !Types.isFloating(wanted)) {
            throw new OnnxFormatException(
                    "The exit " + Names.shown(exit.id()) + " has " + Types.name(wanted) + " where the model has "
                            + Types.name(type) + ".",
                    "Make the exits of the model again; they read and answer fractions.");
        }
        String to = unused(name);
        builder.append(NodeProto.newBuilder()
                .setOpType("Cast")
                .addAttribute(AttributeProto.newBuilder()
                        .setName("to")
                        .setType(AttributeProto.AttributeType.INT)
                        .setI(wanted))
                .addInput(from)
                .addOutput(to)
                .build());
        return to;
    }

    private Graph exits() throws OnnxFormatException {
        if (exits == null) {
            throw new OnnxFormatException(
                    "The model has no file of exits, but an exit is to be taken from it.", ADVICE);
        }
        return exits;
    }

    private void requireGiven(ExitSpec exit, String name, List<String> sideValues) throws OnnxFormatException {
        if (!graph.isInput(name) && !(sideValues.contains(name) && graph.id(name) >= 0)) {
            throw new OnnxFormatException(
                    "The exit " + Names.shown(exit.id()) + " reads '" + Names.shown(name)
                            + "', which is neither an input nor a side value of the model.",
                    ADVICE);
        }
    }

    /** Adds the side values and model inputs that a slice reads; side values first. */
    private void inputs(ModelBuilder builder, Slice slice, Set<String> sideValues) throws OnnxFormatException {
        for (String name : sideValues) {
            if (slice.inputs().contains(graph.id(name)) && !graph.isInput(name)) {
                builder.input(samples.info(name), samples.type(graph.id(name)));
            }
        }
        for (ValueInfoProto input : graph.inputs()) {
            if (slice.inputs().contains(graph.id(input.getName()))) {
                builder.input(
                        Shapes.declared(input), input.getType().getTensorType().getElemType());
            }
        }
    }

    private static Set<String> handedOn(Graph graph, Slice slice, Set<String> sides) {
        Set<String> used = new LinkedHashSet<>();
        for (int value : slice.inputs()) {
            if (sides.contains(graph.name(value))) {
                used.add(graph.name(value));
            }
        }
        return used;
    }

    private List<ModelBuilder.Result> results(ExitSpec exit, UnaryOperator<String> names) throws OnnxFormatException {
        if (exit.outputs().isEmpty()) {
            throw new OnnxFormatException("The exit " + Names.shown(exit.id()) + " has no outputs.", ADVICE);
        }
        Graph source = exit.ofModel() ? graph : exits();
        Samples known = exit.ofModel() || exitSamples == null ? samples : exitSamples;
        List<ModelBuilder.Result> results = new ArrayList<>();
        for (Map.Entry<String, String> output : exit.outputs().entrySet()) {
            int value = SliceCosts.require(source, output.getValue());
            results.add(new ModelBuilder.Result(
                    output.getKey(), names.apply(output.getValue()), known.info(output.getValue()), known.type(value)));
        }
        return results;
    }

    /** The results of an exit of the file of exits, in the types that the model's own tail answers in. */
    private List<ModelBuilder.Result> heads(ModelBuilder builder, ExitSpec exit, UnaryOperator<String> names)
            throws OnnxFormatException {
        List<ModelBuilder.Result> heads = new ArrayList<>();
        for (ModelBuilder.Result result : results(exit, names)) {
            int own = graph.id(result.name());
            int type = own < 0 || !graph.isOutput(own) ? result.type() : samples.type(own);
            if (type != result.type()
                    && Types.isKnown(result.type())
                    && !(Types.isFloating(type) && Types.isFloating(result.type()))) {
                throw new OnnxFormatException(
                        "The exit " + Names.shown(exit.id()) + " answers '" + Names.shown(result.name()) + "' in "
                                + Types.name(result.type()) + ", where the model answers in " + Types.name(type) + ".",
                        "Make the exits of the model again, so that they answer in the type of the model.");
            }
            String value = cast(builder, exit, result.value(), result.type(), type, result.value() + "/cast");
            ValueInfo info = result.info();
            heads.add(new ModelBuilder.Result(
                    result.name(), value, new ValueInfo(info.name(), Types.name(type), info.shape()), type));
        }
        return heads;
    }

    private ModelBuilder.Result result(String name) throws OnnxFormatException {
        int id = SliceCosts.require(graph, name);
        return new ModelBuilder.Result(name, name, samples.info(name), samples.type(id));
    }

    private ModelBuilder.Result stateResult(ModelBuilder builder, String state) throws OnnxFormatException {
        int id = SliceCosts.require(graph, state);
        return new ModelBuilder.Result(state, fractions(builder, state), samples.state(state), samples.stateType(id));
    }

    /** Adds the input that takes a state; the result is what operators read instead of the state. */
    private String given(ModelBuilder builder, String state) throws OnnxFormatException {
        int value = SliceCosts.require(graph, state);
        builder.input(samples.state(state), samples.stateType(value));
        return wholeNumbers(builder, state, state, -1);
    }

    /** What operators that read one state of the model read where another one comes in its place. */
    private String joined(ModelBuilder builder, String state, String inPlaceOf) throws OnnxFormatException {
        return state.equals(inPlaceOf)
                ? state
                : wholeNumbers(builder, fractions(builder, state), inPlaceOf, graph.producer(graph.id(state)));
    }

    /** The fractions of a state: itself, or what it stands for as whole numbers. */
    private String fractions(ModelBuilder builder, String state) throws OnnxFormatException {
        int value = SliceCosts.require(graph, state);
        return converted(builder, "DequantizeLinear", state, value, state + "/fractions", graph.producer(value));
    }

    /** Fractions in the form that operators expect which read a state of the model: as they are, or quantised as that state is. */
    private String wholeNumbers(ModelBuilder builder, String fractions, String state, int after)
            throws OnnxFormatException {
        return converted(builder, "QuantizeLinear", fractions, graph.id(state), state + "/whole", after);
    }

    /** @param after the operator that makes what is converted; -1 if it is given */
    private String converted(ModelBuilder builder, String operator, String from, int state, String wanted, int after)
            throws OnnxFormatException {
        Quantisation quantisation = samples.quantisation(state);
        if (quantisation == null) {
            return from;
        }
        String to = unused(wanted);
        NodeProto.Builder node =
                NodeProto.newBuilder().setOpType(operator).addInput(from).addInput(graph.name(quantisation.scale()));
        List<Integer> constants = new ArrayList<>(List.of(quantisation.scale()));
        if (quantisation.zeroPoint() >= 0) {
            node.addInput(graph.name(quantisation.zeroPoint()));
            constants.add(quantisation.zeroPoint());
        }
        int place = after;
        for (int constant : constants) {
            place = Math.max(place, graph.producer(constant));
        }
        builder.add(graph, Slice.between(graph, new BitSet(), constants), UnaryOperator.identity());
        builder.convert(node.addOutput(to).build(), place);
        return to;
    }

    private static UnaryOperator<String> replacing(String name, String by) {
        return name.equals(by) ? UnaryOperator.identity() : other -> other.equals(name) ? by : other;
    }

    private String unused(String name) {
        String unused = name;
        while (graph.id(unused) >= 0 || (exits != null && exits.id(unused) >= 0)) {
            unused += "'";
        }
        return unused;
    }

    /** Set before the names of an exit; no name of the model begins with it. */
    private String prefix(String exit) {
        String prefix = exit + "/";
        for (int value = 0; value < graph.valueCount(); value++) {
            if (graph.name(value).startsWith(prefix)) {
                prefix = "_" + prefix;
                value = -1;
            }
        }
        return prefix;
    }

    private static List<Integer> ids(Graph graph, Collection<String> names) throws OnnxFormatException {
        List<Integer> ids = new ArrayList<>();
        for (String name : names) {
            ids.add(SliceCosts.require(graph, name));
        }
        return ids;
    }
}
