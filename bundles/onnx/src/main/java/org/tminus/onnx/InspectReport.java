/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnx;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What can be told of any ONNX model before anything is trained: its signature, its layers and which of them can be skipped, what they cost, and
 * what adaptive depth could save at best. Plain data: to be printed, or written as JSON through {@link #toJson()}.
 *
 * @param producer the program that wrote the file; may be empty
 * @param opsets versions of operators by domain
 * @param operators the number of operators
 * @param signature inputs, outputs, sequence
 * @param hidden the state between layers; null if there are no layers
 * @param parts stem, layers and tail in order; empty if there are no layers
 * @param total what the whole model costs
 * @param precision which numbers it computes with, in words
 * @param weightBytesByType the bytes of its weights by the type that they are stored in, the largest first
 * @param savings what adaptive depth could save at best
 * @param obstacle why nothing can be skipped; null if something can
 * @param notes what could not be told in full
 */
public record InspectReport(
        String producer,
        Map<String, Long> opsets,
        int operators,
        Signature signature,
        @Nullable ValueInfo hidden,
        List<Part> parts,
        Cost total,
        String precision,
        Map<String, Long> weightBytesByType,
        Savings savings,
        @Nullable String obstacle,
        List<String> notes) {

    private static final long USUAL_LENGTH = 128;

    /** Copies the collections. */
    public InspectReport {
        opsets = Map.copyOf(opsets);
        parts = List.copyOf(parts);
        weightBytesByType = Collections.unmodifiableMap(new LinkedHashMap<>(weightBytesByType));
        notes = List.copyOf(notes);
    }

    /**
     * A row of the table.
     *
     * @param id {@code stem}, {@code layer.N} or {@code tail}
     * @param input the value that goes in; null for the stem
     * @param output the value that comes out; null for the tail
     * @param skippable whether it may be left out
     * @param obstacle why not; null if it may
     * @param blocks the blocks of a layer; for a stem, the parts in it that are like layers but cannot be skipped, with the reason
     * @param sideValues what a stem hands on beside its output
     * @param cost what running it costs
     * @param flopsShare its share of the model's FLOPs, from 0 to 1, at the length of {@link Savings#sequenceLength()}
     */
    public record Part(
            String id,
            @Nullable String input,
            @Nullable String output,
            boolean skippable,
            @Nullable String obstacle,
            List<GraphAnalysis.Block> blocks,
            List<String> sideValues,
            Cost cost,
            double flopsShare) {
        /** Copies the lists. */
        public Part {
            blocks = List.copyOf(blocks);
            sideValues = List.copyOf(sideValues);
        }
    }

    /**
     * Bounds of what adaptive depth can save. What it does save depends on the task.
     *
     * @param sequenceLength the length for which the shares hold; empty for models without a sequence
     * @param flops FLOPs of the whole model per row at that length
     * @param skippableLayers how many layers can be skipped
     * @param skippableShare the share of FLOPs in skippable layers, from 0 to 1: the bound if no layer ran
     * @param oneLayerFlops FLOPs of the shortest useful path: stem, what cannot be skipped, one skippable layer, tail
     * @param bestCaseShare the share of FLOPs that the shortest useful path saves, from 0 to 1
     */
    public record Savings(
            OptionalLong sequenceLength,
            double flops,
            int skippableLayers,
            double skippableShare,
            double oneLayerFlops,
            double bestCaseShare) {}

    /**
     * Inspects a model. Takes milliseconds to seconds; loads no weights.
     *
     * @throws OnnxFormatException as {@link GraphAnalysis#analyze}
     */
    public static InspectReport of(OnnxModel model) throws OnnxFormatException {
        return of(model, GraphAnalysis.analyze(model));
    }

    /** The report on a model that has been analysed already. */
    public static InspectReport of(OnnxModel model, GraphAnalysis analysis) {
        Signature signature = analysis.signature();
        Signature.Sequence sequence = signature.sequence();
        OptionalLong length = sequence == null
                ? OptionalLong.empty()
                : OptionalLong.of(Math.min(USUAL_LENGTH, sequence.maximum().orElse(USUAL_LENGTH)));
        double n = length.orElse(0);
        double flops = analysis.total().flops().at(n);
        List<Part> parts = new ArrayList<>();
        analysis.stem()
                .ifPresent(stem -> parts.add(new Part(
                        "stem",
                        null,
                        stem.output(),
                        false,
                        "What comes before the first layer always runs.",
                        analysis.fixedParts(),
                        stem.sideValues(),
                        stem.cost(),
                        share(stem.cost(), n, flops))));
        int skippable = 0;
        double skippableFlops = 0;
        double cheapest = Double.POSITIVE_INFINITY;
        for (GraphAnalysis.Layer layer : analysis.layers()) {
            parts.add(new Part(
                    layer.id(),
                    layer.input(),
                    layer.output(),
                    layer.skippable(),
                    layer.obstacle(),
                    layer.blocks(),
                    List.of(),
                    layer.cost(),
                    share(layer.cost(), n, flops)));
            if (layer.skippable()) {
                double cost = layer.cost().flops().at(n);
                skippable++;
                skippableFlops += cost;
                cheapest = Math.min(cheapest, cost);
            }
        }
        analysis.tail()
                .ifPresent(tail -> parts.add(new Part(
                        "tail",
                        tail.input(),
                        null,
                        false,
                        "What comes after the last layer always runs, unless another exit answers.",
                        List.of(),
                        List.of(),
                        tail.cost(),
                        share(tail.cost(), n, flops))));
        double least = skippable == 0 ? flops : flops - skippableFlops + cheapest;
        Savings savings = new Savings(
                length,
                flops,
                skippable,
                flops == 0 ? 0 : skippableFlops / flops,
                least,
                flops == 0 ? 0 : Math.max(0, 1 - least / flops));
        return new InspectReport(
                model.producer(),
                model.opsets(),
                model.operatorCount(),
                signature,
                analysis.hidden().orElse(null),
                parts,
                analysis.total(),
                analysis.precision().toString(),
                analysis.weightBytesByType(),
                savings,
                analysis.obstacle().orElse(null),
                analysis.notes());
    }

    private static double share(Cost cost, double n, double flops) {
        return flops == 0 ? 0 : cost.flops().at(n) / flops;
    }

    /** The layers, without stem and tail. */
    public List<Part> layers() {
        return parts.stream().filter(part -> part.id().startsWith("layer.")).toList();
    }

    /**
     * As nested maps, lists, strings, numbers, booleans and nulls, in a fixed order; the shapes and costs are written as in a model's description.
     */
    public Map<String, @Nullable Object> toJson() {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("producer", producer);
        json.put("opsets", new TreeMap<>(opsets));
        json.put("operators", operators);
        Map<String, @Nullable Object> shape = new LinkedHashMap<>();
        shape.put("inputs", signature.inputs().stream().map(InspectReport::json).toList());
        shape.put(
                "outputs", signature.outputs().stream().map(InspectReport::json).toList());
        Signature.Sequence sequence = signature.sequence();
        if (sequence != null) {
            Map<String, @Nullable Object> where = new LinkedHashMap<>();
            where.put("input", sequence.input());
            where.put("dimension", sequence.dimension());
            where.put(
                    "maximum",
                    sequence.maximum().isPresent() ? (Object) sequence.maximum().getAsLong() : null);
            shape.put("sequence", where);
        }
        json.put("signature", shape);
        ValueInfo state = hidden;
        json.put("hidden", state == null ? null : json(state));
        json.put("parts", parts.stream().map(InspectReport::json).toList());
        json.put("total", json(total));
        json.put("precision", precision);
        json.put("weightBytesByType", weightBytesByType);
        Map<String, @Nullable Object> best = new LinkedHashMap<>();
        best.put(
                "sequenceLength",
                savings.sequenceLength().isPresent()
                        ? (Object) savings.sequenceLength().getAsLong()
                        : null);
        best.put("flops", savings.flops());
        best.put("skippableLayers", savings.skippableLayers());
        best.put("skippableShare", savings.skippableShare());
        best.put("oneLayerFlops", savings.oneLayerFlops());
        best.put("bestCaseShare", savings.bestCaseShare());
        json.put("savings", best);
        json.put("obstacle", obstacle);
        json.put("notes", notes);
        return json;
    }

    private static Map<String, @Nullable Object> json(Part part) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("id", part.id());
        json.put("input", part.input());
        json.put("output", part.output());
        json.put("skippable", part.skippable());
        json.put("obstacle", part.obstacle());
        if (!part.blocks().isEmpty()) {
            List<Map<String, @Nullable Object>> blocks = new ArrayList<>();
            for (GraphAnalysis.Block block : part.blocks()) {
                Map<String, @Nullable Object> row = new LinkedHashMap<>();
                row.put("id", block.id());
                row.put("input", block.input());
                row.put("output", block.output());
                row.put("skippable", block.skippable());
                row.put("obstacle", block.obstacle());
                blocks.add(row);
            }
            json.put("blocks", blocks);
        }
        if (!part.sideValues().isEmpty()) {
            json.put("sideValues", part.sideValues());
        }
        json.put("cost", json(part.cost()));
        json.put("flopsShare", part.flopsShare());
        return json;
    }

    private static Map<String, @Nullable Object> json(ValueInfo value) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("name", value.name());
        json.put("type", value.type());
        json.put("shape", value.shape() == null ? null : value.jsonShape());
        return json;
    }

    private static Map<String, @Nullable Object> json(Cost cost) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("flops", cost.flops().coefficients());
        json.put("weightBytes", cost.weightBytes());
        json.put("activationBytes", cost.activationBytes().coefficients());
        return json;
    }
}
