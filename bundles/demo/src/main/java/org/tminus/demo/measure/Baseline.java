/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.demo.measure;

import ai.onnxruntime.OrtException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;
import org.tminus.demo.report.SessionSetting;

/**
 * Chooses the session setting that makes plain ONNX Runtime fastest here, so that the platform is compared with the best of it.
 *
 * @param setting the one with the lowest mean latency
 * @param meanMillis what each setting needed on average
 */
public record Baseline(SessionSetting setting, Map<SessionSetting, Double> meanMillis) {
    private static final int WARM_UP = 50;

    /** Opens a classifier for a setting. */
    public interface Opener {
        /** @throws OrtException if the model cannot be loaded */
        Classifier open(SessionSetting setting) throws OrtException;
    }

    public Baseline {
        meanMillis = Map.copyOf(meanMillis);
    }

    /**
     * Tries every setting on the same inputs.
     *
     * @param inputs how many to use
     * @throws Exception the first failure of a request
     */
    public static Baseline choose(Opener opener, LoadGenerator load, long seed, int inputs, IntConsumer progress)
            throws Exception {
        List<SessionSetting> settings = List.of(SessionSetting.values());
        List<Classifier> classifiers = new ArrayList<>();
        try {
            for (SessionSetting setting : settings) {
                classifiers.add(opener.open(setting));
            }
            int warmUp = Math.min(WARM_UP, inputs);
            for (Classifier classifier : classifiers) {
                load.send(classifier, 0, warmUp, new RowMeter(warmUp));
            }
            List<RowMeter> meters = new Comparison(load, seed).run(classifiers, inputs, progress);
            Map<SessionSetting, Double> means = new EnumMap<>(SessionSetting.class);
            for (int index = 0; index < settings.size(); index++) {
                means.put(settings.get(index), meters.get(index).meanNanos() / 1e6);
            }
            return of(means);
        } finally {
            classifiers.forEach(Classifier::close);
        }
    }

    /** @param meanMillis at least one */
    static Baseline of(Map<SessionSetting, Double> meanMillis) {
        SessionSetting best = meanMillis.entrySet().stream()
                .min(Map.Entry.<SessionSetting, Double>comparingByValue().thenComparing(Map.Entry.comparingByKey()))
                .orElseThrow()
                .getKey();
        return new Baseline(best, meanMillis);
    }

    /** What was tried, for people. */
    public String description() {
        String tried = meanMillis.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(entry ->
                        String.format(Locale.ROOT, "%s %.3f ms", entry.getKey().description(), entry.getValue()))
                .collect(Collectors.joining(", "));
        return setting.description() + " (mean latency in the warm-up: " + tried + ")";
    }
}
