/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.shell.internal.report;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.tminus.inference.InferenceResult;
import org.tminus.inference.Step;
import org.tminus.inference.Trace;
import org.tminus.model.AdaptiveModel;
import org.tminus.tensor.Floats;
import org.tminus.tensor.Tensor;

/** Answers and what they cost. */
public final class InferenceReport {
    private static final int SHOWN_LABELS = 3;

    private InferenceReport() {}

    /** @param result open; it is only read during the call */
    public static Report of(AdaptiveModel model, InferenceResult result) {
        Report report = new Report();
        List<List<Label>> labels = labels(model, result.outputs());
        report.table(answers(labels));
        if (labels.isEmpty()) {
            result.outputs().forEach((name, tensor) -> report.line("Output " + name + ": " + tensor));
        }
        report.table(traces(model, result.traces()));
        for (Trace trace : result.traces()) {
            trace.fallbacks().forEach(sentence -> report.line("Fall-back: " + sentence));
            if (trace.budgetMissed()) {
                report.line("The budget was missed: no path in force is cheap enough, the cheapest one answered.");
            }
        }
        List<Object> rows = new ArrayList<>();
        for (int row = 0; row < result.traces().size(); row++) {
            rows.add(json(result.traces().get(row), row < labels.size() ? labels.get(row) : List.of()));
        }
        return report.json("rows", rows);
    }

    private record Label(String name, float probability) {}

    /** The likeliest entries of the first output, if that is a matrix of scores; empty otherwise. */
    private static List<List<Label>> labels(AdaptiveModel model, Map<String, Tensor> outputs) {
        List<List<Label>> all = new ArrayList<>();
        String first = model.signature().outputs().isEmpty()
                ? ""
                : model.signature().outputs().get(0).name();
        Tensor scores = outputs.get(first);
        if (scores == null
                || !Floats.canRead(scores.elementType())
                || scores.shape().rank() != 2
                || scores.shape().dimension(1) == 0) {
            return all;
        }
        FloatBuffer values = Floats.of(scores);
        int classes = (int) scores.shape().dimension(1);
        for (int row = 0; row < scores.shape().dimension(0); row++) {
            all.add(likeliest(model, values, row * classes, classes));
        }
        return all;
    }

    private static List<Label> likeliest(AdaptiveModel model, FloatBuffer scores, int start, int classes) {
        double largest = Double.NEGATIVE_INFINITY;
        for (int index = 0; index < classes; index++) {
            largest = Math.max(largest, scores.get(start + index));
        }
        double sum = 0;
        for (int index = 0; index < classes; index++) {
            sum += Math.exp(scores.get(start + index) - largest);
        }
        double top = largest;
        double total = sum;
        return IntStream.range(0, classes)
                .boxed()
                .sorted((left, right) -> Float.compare(scores.get(start + right), scores.get(start + left)))
                .limit(SHOWN_LABELS)
                .map(index -> new Label(
                        index < model.labels().size() ? model.labels().get(index) : String.valueOf(index),
                        (float) (Math.exp(scores.get(start + index) - top) / total)))
                .toList();
    }

    private static Table answers(List<List<Label>> labels) {
        Table table =
                new Table().numbers("Row").text("Answer").numbers("Probability").text("Then");
        for (int row = 0; row < labels.size(); row++) {
            List<Label> best = labels.get(row);
            table.row(
                    row,
                    best.get(0).name(),
                    Figures.percent(best.get(0).probability()),
                    best.stream()
                            .skip(1)
                            .map(label -> label.name() + " " + Figures.percent(label.probability()))
                            .collect(Collectors.joining(", ")));
        }
        return table;
    }

    private static Table traces(AdaptiveModel model, List<Trace> traces) {
        Table table = new Table()
                .numbers("Row")
                .text("Policy", "Operating point", "Exit", "Layers")
                .numbers("FLOPs", "Of full depth", "Queue", "Predict", "Decide", "Run", "Total")
                .text("Backend", "Certificate");
        for (int row = 0; row < traces.size(); row++) {
            Trace trace = traces.get(row);
            table.row(
                    row,
                    trace.policy(),
                    trace.operatingPoint().orElse("-"),
                    trace.path().exit(),
                    trace.layersRun() + " of " + model.layers().size(),
                    Figures.count(trace.flops()),
                    Figures.percent(trace.flops() / (double) trace.fullDepthFlops()),
                    Figures.milliseconds(trace.nanos(Step.QUEUE)),
                    Figures.milliseconds(trace.nanos(Step.PREDICT)),
                    Figures.milliseconds(trace.nanos(Step.DECIDE)),
                    Figures.milliseconds(trace.nanos(Step.RUN)),
                    Figures.milliseconds(trace.nanos(Step.TOTAL)),
                    trace.backend() + (trace.compiled() ? " (compiled)" : ""),
                    trace.certificate().name().toLowerCase(Locale.ROOT).replace('_', ' '));
        }
        return table;
    }

    private static Map<String, Object> json(Trace trace, List<Label> labels) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put(
                "labels",
                labels.stream()
                        .map(label -> Map.of("name", label.name(), "probability", label.probability()))
                        .toList());
        json.put("model", trace.model() + " " + trace.modelVersion());
        json.put("policy", trace.policy());
        json.put("operatingPoint", trace.operatingPoint().orElse(""));
        json.put("backend", trace.backend());
        json.put("path", trace.path().toString());
        json.put("layersRun", trace.layersRun());
        json.put("flops", trace.flops());
        json.put("fullDepthFlops", trace.fullDepthFlops());
        json.put("budgetMissed", trace.budgetMissed());
        json.put("certificate", trace.certificate().name());
        json.put("certificateReason", trace.certificateReason().orElse(""));
        json.put("fallbacks", trace.fallbacks());
        json.put("rollout", trace.rollout().orElse(""));
        json.put("arm", trace.arm().orElse(""));
        Map<String, Long> nanos = new LinkedHashMap<>();
        for (Step step : Step.values()) {
            nanos.put(step.name().toLowerCase(Locale.ROOT), trace.nanos(step));
        }
        json.put("nanos", nanos);
        return json;
    }
}
