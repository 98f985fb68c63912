/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tminus.onnx.Cost;
import org.tminus.onnx.GraphAnalysis;
import org.tminus.onnx.OnnxModel;
import org.tminus.onnx.Signature;
import org.tminus.onnx.ValueInfo;

/**
 * What was found in a model; its JSON form is a contract. Fields may be added, none renamed. Costs are per input; FLOPs and activations hold for
 * {@link #length}, and as polynomials in it ({@code c0 + c1 n + c2 n²}).
 *
 * @param file the name of the file
 * @param producer the program that wrote it; empty if the file does not say
 * @param opsets versions of the operator sets, by domain
 * @param operators how many operators the main graph has
 * @param inputs what a caller gives
 * @param outputs what the model answers
 * @param sequence where the length of the sequence is found; null if there is none
 * @param length the length that figures are for; null if there is no sequence
 * @param parts stem, layers and exit, in order; empty if no layers were found
 * @param total the whole model
 * @param precision which numbers it computes with, in words
 * @param weightBytesByType bytes of its weights by the type that they are stored in, the largest first
 * @param skippableLayers how many layers can be skipped
 * @param savedAtBest share of the FLOPs that an input saves if all that can be skipped is, 0 to 1
 * @param obstacle why nothing can be skipped; null if something can
 * @param notes what could not be told in full
 */
record InspectReport(
        String file,
        String producer,
        Map<String, Long> opsets,
        int operators,
        List<Value> inputs,
        List<Value> outputs,
        @Nullable Sequence sequence,
        @Nullable Long length,
        List<Part> parts,
        Figures total,
        String precision,
        Map<String, Long> weightBytesByType,
        int skippableLayers,
        double savedAtBest,
        @Nullable String obstacle,
        List<String> notes) {

    private static final long USUAL_LENGTH = 128;

    /**
     * An input or output.
     *
     * @param name as in the graph
     * @param type of the elements
     * @param shape numbers and names of dimensions; empty where nothing is known
     */
    record Value(String name, String type, List<Object> shape) {
        private static Value of(ValueInfo info) {
            return new Value(info.name(), info.type(), info.jsonShape());
        }
    }

    /**
     * Where the length of a sequence is found.
     *
     * @param input name of the input
     * @param dimension index of the dimension
     * @param maximum the longest; null if the graph sets no bound
     */
    record Sequence(String input, int dimension, @Nullable Long maximum) {}

    /**
     * What something costs.
     *
     * @param flops per input at the report's length
     * @param flopsPolynomial coefficients c0, c1, c2
     * @param weightBytes of its weights
     * @param activationBytes per input at the report's length
     */
    record Figures(double flops, List<Double> flopsPolynomial, long weightBytes, double activationBytes) {
        private static Figures of(Cost cost, double n) {
            return new Figures(
                    cost.flops().at(n),
                    cost.flops().coefficients(),
                    cost.weightBytes(),
                    cost.activationBytes().at(n));
        }
    }

    /**
     * A block within a layer.
     *
     * @param id of the block
     * @param input the value that goes in
     * @param output the value that comes out
     * @param skippable whether it may be left out
     * @param obstacle why not; null if it may
     */
    record Block(String id, String input, String output, boolean skippable, @Nullable String obstacle) {}

    /**
     * A stretch of the model.
     *
     * @param id {@code stem}, the layer's, or {@code exit}
     * @param input the value that goes in; null for the stem
     * @param output the value that comes out; null for the exit
     * @param skippable whether it may be left out
     * @param obstacle why a layer may not; null otherwise
     * @param blocks of a layer
     * @param cost of running it
     */
    record Part(
            String id,
            @Nullable String input,
            @Nullable String output,
            boolean skippable,
            @Nullable String obstacle,
            List<Block> blocks,
            Figures cost) {}

    static InspectReport of(Path file, OnnxModel model, GraphAnalysis analysis, @Nullable Long length) {
        Signature signature = analysis.signature();
        Sequence sequence = sequence(signature);
        Long figuresFor = sequence == null ? null : length(sequence, length);
        double n = figuresFor == null ? 1 : figuresFor;
        List<Part> parts = new ArrayList<>();
        analysis.stem()
                .ifPresent(stem -> parts.add(
                        new Part("stem", null, stem.output(), false, null, List.of(), Figures.of(stem.cost(), n))));
        double skippableFlops = 0;
        int skippable = 0;
        for (GraphAnalysis.Layer layer : analysis.layers()) {
            parts.add(part(layer, n));
            if (layer.skippable()) {
                skippable++;
                skippableFlops += layer.cost().flops().at(n);
            }
        }
        analysis.tail()
                .ifPresent(tail -> parts.add(
                        new Part("exit", tail.input(), null, false, null, List.of(), Figures.of(tail.cost(), n))));
        Figures total = Figures.of(analysis.total(), n);
        return new InspectReport(
                String.valueOf(file.getFileName()),
                model.producer(),
                model.opsets(),
                model.operatorCount(),
                signature.inputs().stream().map(Value::of).toList(),
                signature.outputs().stream().map(Value::of).toList(),
                sequence,
                figuresFor,
                parts,
                total,
                analysis.precision().toString(),
                analysis.weightBytesByType(),
                skippable,
                total.flops() > 0 ? Math.min(1, skippableFlops / total.flops()) : 0,
                analysis.obstacle().orElse(null),
                analysis.notes());
    }

    private static Part part(GraphAnalysis.Layer layer, double n) {
        List<Block> blocks = layer.blocks().stream()
                .map(block -> new Block(block.id(), block.input(), block.output(), block.skippable(), block.obstacle()))
                .toList();
        return new Part(
                layer.id(),
                layer.input(),
                layer.output(),
                layer.skippable(),
                layer.obstacle(),
                blocks,
                Figures.of(layer.cost(), n));
    }

    private static @Nullable Sequence sequence(Signature signature) {
        Signature.Sequence sequence = signature.sequence();
        if (sequence == null) {
            return null;
        }
        return new Sequence(
                sequence.input(),
                sequence.dimension(),
                sequence.maximum().isPresent() ? sequence.maximum().getAsLong() : null);
    }

    private static long length(Sequence sequence, @Nullable Long asked) {
        Long maximum = sequence.maximum();
        long wanted = asked == null ? USUAL_LENGTH : asked;
        return maximum == null ? wanted : Math.min(wanted, maximum);
    }

    /** Writes the JSON form, in full or not at all. */
    void write(Path target) throws IOException {
        Path absolute = target.toAbsolutePath();
        Path folder = absolute.getParent();
        if (folder == null || Files.isDirectory(absolute)) {
            throw new IOException(target + " is a folder; name a file for the findings");
        }
        Files.createDirectories(folder);
        Path partial = Files.createTempFile(folder, ".inspect", ".part");
        try {
            byte[] bytes = new ObjectMapper()
                    .enable(SerializationFeature.INDENT_OUTPUT)
                    .writeValueAsBytes(this);
            Files.write(partial, bytes);
            Files.move(partial, absolute, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(partial);
        }
    }
}
