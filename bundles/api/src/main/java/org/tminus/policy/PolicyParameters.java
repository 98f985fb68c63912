/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.policy;

import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.tminus.failure.InvalidRequestException;
import org.tminus.model.OperatingPoint;

/**
 * Reads a policy's parameters, in the same way for all policies: first {@link PolicyContext#parameters()}, then those of
 * the operating point that applies. That is the one in force, if it is for this policy and within the budget;
 * otherwise, of the model's points for this policy, the one with the largest FLOPs ratio within the budget.
 *
 * <p>Configuration may hold numbers as text, so text that reads as a number is one; a list may be an array, a
 * collection, or text with commas. Not thread-safe; make one per batch.
 */
public final class PolicyParameters {
    private final String policy;
    private final Map<String, Object> configured;
    private final @Nullable OperatingPoint point;

    private PolicyParameters(String policy, Map<String, Object> configured, @Nullable OperatingPoint point) {
        this.policy = policy;
        this.configured = configured;
        this.point = point;
    }

    /** @param policy the name of the policy that asks */
    public static PolicyParameters of(PolicyContext context, String policy) {
        OperatingPoint inForce = pointInForce(context, policy);
        return new PolicyParameters(
                policy, context.parameters(), inForce != null ? inForce : richestPoint(context, policy));
    }

    /**
     * The same without a look at the model's other points: for policies that meet a budget by themselves.
     *
     * @param policy the name of the policy that asks
     */
    public static PolicyParameters ofPointInForce(PolicyContext context, String policy) {
        return new PolicyParameters(policy, context.parameters(), pointInForce(context, policy));
    }

    /** A rounded share such as 0.42 shall still admit the point that it names. */
    private static double limit(PolicyContext context) {
        return context.budget().flopsRatio().orElse(Double.POSITIVE_INFINITY) + 1e-9;
    }

    private static @Nullable OperatingPoint pointInForce(PolicyContext context, String policy) {
        OperatingPoint inForce = context.operatingPoint().orElse(null);
        return inForce != null && inForce.policy().equals(policy) && inForce.flopsRatio() <= limit(context)
                ? inForce
                : null;
    }

    private static @Nullable OperatingPoint richestPoint(PolicyContext context, String policy) {
        double limit = limit(context);
        OperatingPoint best = null;
        for (OperatingPoint candidate : context.model().operatingPoints()) {
            if (candidate.policy().equals(policy)
                    && candidate.flopsRatio() <= limit
                    && (best == null || candidate.flopsRatio() > best.flopsRatio())) {
                best = candidate;
            }
        }
        return best;
    }

    /** The operating point whose parameters are read, if one applies. */
    public Optional<OperatingPoint> operatingPoint() {
        return Optional.ofNullable(point);
    }

    /** Whether the parameter comes from configuration, which goes before the operating point. */
    public boolean isConfigured(String key) {
        return configured.containsKey(key);
    }

    /**
     * The one of these parameters that is given; configuration goes before the operating point.
     *
     * @throws InvalidRequestException if more than one is given in the same place
     */
    public Optional<String> oneOf(String... keys) throws InvalidRequestException {
        String found = oneOf(configured, keys);
        if (found == null && point != null) {
            found = oneOf(point.parameters(), keys);
        }
        return Optional.ofNullable(found);
    }

    private @Nullable String oneOf(Map<String, Object> values, String... keys) throws InvalidRequestException {
        String found = null;
        for (String key : keys) {
            if (values.containsKey(key)) {
                if (found != null) {
                    throw invalid(key, "must not be given together with '" + found + "'");
                }
                found = key;
            }
        }
        return found;
    }

    /**
     * A number.
     *
     * @throws InvalidRequestException if it is no number, or outside these limits (both inclusive)
     */
    public OptionalDouble number(String key, double minimum, double maximum) throws InvalidRequestException {
        Object value = value(key);
        return value == null ? OptionalDouble.empty() : OptionalDouble.of(toNumber(key, value, minimum, maximum));
    }

    /**
     * A whole number.
     *
     * @throws InvalidRequestException if it is no whole number, or outside these limits (both inclusive)
     */
    public OptionalInt integer(String key, int minimum, int maximum) throws InvalidRequestException {
        Object value = value(key);
        if (value == null) {
            return OptionalInt.empty();
        }
        double number = parse(value);
        if (!(number >= minimum && number <= maximum && number == Math.rint(number))) {
            throw invalid(key, "must be a whole number from " + minimum + " to " + maximum);
        }
        return OptionalInt.of((int) number);
    }

    /** Text; another value as it prints. */
    public Optional<String> text(String key) {
        return Optional.ofNullable(value(key)).map(String::valueOf);
    }

    /**
     * A list of numbers.
     *
     * @throws InvalidRequestException if an entry is no number, or outside these limits (both inclusive)
     */
    public Optional<double[]> numbers(String key, double minimum, double maximum) throws InvalidRequestException {
        Object value = value(key);
        if (value == null) {
            return Optional.empty();
        }
        List<?> entries = entries(value);
        double[] numbers = new double[entries.size()];
        for (int index = 0; index < numbers.length; index++) {
            numbers[index] = toNumber(key, entries.get(index), minimum, maximum);
        }
        return Optional.of(numbers);
    }

    /** A list of texts. */
    public Optional<List<String>> texts(String key) {
        return Optional.ofNullable(value(key))
                .map(value -> entries(value).stream().map(String::valueOf).toList());
    }

    /**
     * A failure that names the policy, the parameter, its value and where that came from.
     *
     * @param expected how the sentence goes on, for example {@code must be a number from 0 to 1}
     */
    public InvalidRequestException invalid(String key, String expected) {
        boolean fromConfiguration = configured.containsKey(key);
        Object value = value(key);
        String shown = value == null ? "missing" : "'" + print(value) + "'";
        String source = fromConfiguration || point == null ? "" : " (from operating point '" + point.name() + "')";
        return new InvalidRequestException(
                "Policy '" + policy + "': parameter '" + key + "' is " + shown + source + " but " + expected + ".",
                fromConfiguration || point == null
                        ? "Correct parameter." + key + " in the model's configuration."
                        : "Choose another operating point, or set parameter." + key + " in the model's configuration.");
    }

    private @Nullable Object value(String key) {
        Object value = configured.get(key);
        return value == null && point != null ? point.parameters().get(key) : value;
    }

    private double toNumber(String key, Object value, double minimum, double maximum) throws InvalidRequestException {
        double number = parse(value);
        if (!(number >= minimum && number <= maximum)) {
            throw invalid(key, "must be a number from " + minimum + " to " + maximum);
        }
        return number;
    }

    private static double parse(Object value) {
        if (value instanceof Number number) {
            return number.doubleValue();
        }
        try {
            return Double.parseDouble(value.toString().strip());
        } catch (NumberFormatException e) {
            return Double.NaN;
        }
    }

    private static List<?> entries(Object value) {
        if (value instanceof Collection<?> collection) {
            return List.copyOf(collection);
        }
        if (value.getClass().isArray()) {
            List<Object> entries = new ArrayList<>();
            for (int index = 0; index < Array.getLength(value); index++) {
                entries.add(Array.get(value, index));
            }
            return entries;
        }
        List<String> entries = new ArrayList<>();
        for (String part : value.toString().split(",", -1)) {
            entries.add(part.strip());
        }
        return entries;
    }

    private static String print(Object value) {
        return value.getClass().isArray() ? entries(value).toString() : value.toString();
    }
}
