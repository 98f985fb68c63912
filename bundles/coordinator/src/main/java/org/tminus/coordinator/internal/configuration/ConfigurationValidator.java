/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.configuration;

import java.util.HashMap;
import java.util.Map;

/** Turns the properties of a configuration into settings, or into problems. Pure: no state, no effects. */
public final class ConfigurationValidator {
    /** The prefix of keys that are passed to the policy as parameters. */
    static final String PARAMETER = "parameter.";

    private static final int MOST_WAITING = 1_000_000;
    private static final long LONGEST_DRAIN_MILLIS = 600_000;
    private static final long LONGEST_CALL_MILLIS = 3_600_000;
    private static final long MOST_REQUESTS = 1_000_000_000;
    private static final double MOST_RATIO = 1000;
    private static final int MOST_ABANDONED = 1000;
    private static final int MOST_JOINED_ROWS = 4096;
    private static final long LONGEST_HOLD_MICROS = 1_000_000;
    private static final double HOTTEST_CELSIUS = 1000;

    private ConfigurationValidator() {}

    /** For PID {@code org.tminus}. */
    public static Validation<GlobalSettings> global(String pid, Map<String, Object> properties) {
        PropertyReader reader = new PropertyReader(pid, properties);
        GlobalSettings settings = new GlobalSettings(
                reader.text("policy"),
                reader.text("predictor"),
                reader.text("backend"),
                reader.filter("policyFilter"),
                reader.filter("predictorFilter"),
                reader.filter("backendFilter"),
                reader.text("operatingPoint"),
                reader.optionalNumber("budgetFlopsRatio", 0, 1),
                reader.flag("strict"),
                (int) reader.integer("workers", 0, 0, GlobalSettings.MOST_WORKERS),
                (int) reader.integer("queueCapacity", 1024, 1, MOST_WAITING),
                reader.integer("drainTimeoutMillis", 10_000, 0, LONGEST_DRAIN_MILLIS),
                reader.integer("pluginTimeoutMillis", 30_000, 1, LONGEST_CALL_MILLIS),
                (int) reader.integer("abandonedCallLimit", 4, 1, MOST_ABANDONED),
                reader.flag("requireCertificate"),
                reader.optionalInteger("memoryLimitBytes", 1, Long.MAX_VALUE),
                reader.optionalNumber("temperatureLimitCelsius", 0, HOTTEST_CELSIUS),
                reader.flag("handOver"),
                reader.number("shadowShare", 0, 0, 1),
                (int) reader.integer("shadowQueueCapacity", 64, 1, MOST_WAITING),
                reader.integer("shadowMaxBytes", 1L << 20, 1, Long.MAX_VALUE),
                reader.number("agreementCosine", 0.99, -1, 1),
                (int) reader.integer("batchMaxRows", 1, 1, MOST_JOINED_ROWS),
                reader.integer("batchDelayMicros", 0, 0, LONGEST_HOLD_MICROS));
        reader.checkUnknown();
        return new Validation<>(reader.isRefused() ? null : settings, reader.problems());
    }

    /** For PID {@code org.tminus.model~NAME}. Without the key {@code model} the model is NAME. */
    public static Validation<ModelSettings> model(String pid, Map<String, Object> properties) {
        PropertyReader reader = new PropertyReader(pid, properties);
        String model = reader.text("model");
        if (model == null) {
            model = instance(pid);
        }
        if (model.isEmpty()) {
            reader.refuse("model", "", "the name of a model");
        }
        Map<String, Object> parameters = new HashMap<>();
        properties.forEach((key, value) -> {
            if (key.startsWith(PARAMETER) && key.length() > PARAMETER.length()) {
                parameters.put(key.substring(PARAMETER.length()), parameter(value));
            }
        });
        Long batchMaxRows = reader.optionalInteger("batchMaxRows", 1, MOST_JOINED_ROWS);
        ModelSettings settings = new ModelSettings(
                model,
                reader.version("version"),
                reader.text("policy"),
                reader.text("predictor"),
                reader.text("backend"),
                reader.text("operatingPoint"),
                reader.optionalNumber("budgetFlopsRatio", 0, 1),
                batchMaxRows == null ? null : batchMaxRows.intValue(),
                reader.optionalInteger("batchDelayMicros", 0, LONGEST_HOLD_MICROS),
                parameters);
        reader.checkUnknown(PARAMETER + "NAME");
        return new Validation<>(reader.isRefused() ? null : settings, reader.problems());
    }

    /** The part of a factory configuration's PID that tells it from others; empty if there is none. */
    private static String instance(String pid) {
        int mark = pid.indexOf('~');
        return mark < 0 ? "" : pid.substring(mark + 1);
    }

    /** For PID {@code org.tminus.rollout~NAME}. */
    public static Validation<RolloutSettings> rollout(String pid, Map<String, Object> properties) {
        PropertyReader reader = new PropertyReader(pid, properties);
        String kind = reader.choice("kind", "", RolloutSettings.KINDS);
        String candidate = reader.text("candidate");
        String model = reader.text("model");
        boolean forModel = kind.equals(RolloutSettings.MODEL);
        if (candidate == null) {
            reader.refuse("candidate", "", forModel ? "a version of the model" : "the name of a service");
        } else if (forModel) {
            reader.version("candidate");
        }
        if (forModel && model == null) {
            reader.refuse("model", "", "the name of a model, where a version of it is tried");
        }
        RolloutSettings settings = new RolloutSettings(
                instance(pid).isEmpty() ? pid : instance(pid),
                kind,
                candidate == null ? "" : candidate,
                model,
                reader.choice("mode", RolloutSettings.SHADOW, RolloutSettings.MODES),
                reader.number("share", 0.05, 0, 1),
                reader.integer("minimumRequests", 200, 1, MOST_REQUESTS),
                reader.optionalShare("maxErrorRate"),
                reader.optionalNumber("maxLatencyRatio", 0, MOST_RATIO),
                reader.optionalShare("minAgreement"),
                reader.optionalInteger("promoteAfter", 1, MOST_REQUESTS));
        reader.checkUnknown();
        return new Validation<>(reader.isRefused() ? null : settings, reader.problems());
    }

    /** Configuration files hold texts; a policy wants the number that a text stands for. */
    private static Object parameter(Object value) {
        if (!(value instanceof String text)) {
            return value;
        }
        if (text.equals("true") || text.equals("false")) {
            return Boolean.valueOf(text);
        }
        try {
            return Long.valueOf(text.strip());
        } catch (NumberFormatException noInteger) {
            try {
                return Double.valueOf(text.strip());
            } catch (NumberFormatException noNumber) {
                return text;
            }
        }
    }
}
