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

    private static final int MOST_WORKERS = 1024;
    private static final int MOST_WAITING = 1_000_000;
    private static final long LONGEST_DRAIN_MILLIS = 600_000;
    private static final long LONGEST_CALL_MILLIS = 3_600_000;
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
                (int) reader.integer("workers", 0, 0, MOST_WORKERS),
                (int) reader.integer("queueCapacity", 1024, 1, MOST_WAITING),
                reader.integer("drainTimeoutMillis", 10_000, 0, LONGEST_DRAIN_MILLIS),
                reader.integer("pluginTimeoutMillis", 30_000, 1, LONGEST_CALL_MILLIS),
                reader.flag("requireCertificate"),
                reader.optionalInteger("memoryLimitBytes", 1, Long.MAX_VALUE),
                reader.optionalNumber("temperatureLimitCelsius", 0, HOTTEST_CELSIUS),
                reader.flag("handOver"),
                reader.number("shadowShare", 0, 0, 1),
                (int) reader.integer("shadowQueueCapacity", 64, 1, MOST_WAITING),
                reader.integer("shadowMaxBytes", 1L << 20, 1, Long.MAX_VALUE),
                reader.number("agreementCosine", 0.99, -1, 1));
        reader.checkUnknown(".");
        return new Validation<>(reader.isRefused() ? null : settings, reader.problems());
    }

    /** For PID {@code org.tminus.model~NAME}. Without the key {@code model} the model is NAME. */
    public static Validation<ModelSettings> model(String pid, Map<String, Object> properties) {
        PropertyReader reader = new PropertyReader(pid, properties);
        String model = reader.text("model");
        if (model == null) {
            int mark = pid.indexOf('~');
            model = mark < 0 ? "" : pid.substring(mark + 1);
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
        ModelSettings settings = new ModelSettings(
                model,
                reader.text("policy"),
                reader.text("predictor"),
                reader.text("backend"),
                reader.text("operatingPoint"),
                reader.optionalNumber("budgetFlopsRatio", 0, 1),
                parameters);
        reader.checkUnknown(PARAMETER);
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
