/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.certificate;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A certificate as it stands in a model file: the promise, and all that must be in force for it to hold. Immutable.
 *
 * @param epsilon the largest mean loss, 0 to 1
 * @param delta the probability that the promise is wrong
 * @param inputs how many calibration inputs it rests on
 * @param method key of the test method
 * @param operatingPoints the certified points, safest first; at least one
 * @param hashes SHA-256 in lower-case hex by entry of the model file, of all that {@link #names} says, and of the path menu
 *     under {@value #MENU}, see {@link #menuHash}
 * @param numericClass of the backend that answered, for example {@code fp32}
 * @param tolerance the largest relative difference of an output from the reference that backends may have
 * @param disagreementLimits by operating point the largest share of answers other than full depth's that watching at run
 *     time accepts; for the risk of disagreement that is epsilon
 * @param keptCosine the cosine to full depth's answer from which an answer was counted as the same, above 0 and at most 1;
 *     empty if the place of the largest score decided
 * @param dataSince the time before which no calibration input is from; empty if nobody knows
 */
public record CertificateResult(
        Risk risk,
        double epsilon,
        double delta,
        int inputs,
        String method,
        List<String> operatingPoints,
        Map<String, String> hashes,
        String numericClass,
        double tolerance,
        Map<String, Double> disagreementLimits,
        OptionalDouble keptCosine,
        Optional<Instant> dataSince) {
    /** The key of the path menu's hash. */
    public static final String MENU = "menu";

    /** What describes and checks a model; a certificate itself stands in the first. */
    private static final Set<String> BESIDE_THE_POINT = Set.of("model.json", "labels.json", "golden.json");

    /** Copies the collections and checks the values. */
    public CertificateResult {
        Levels.check(epsilon, delta);
        operatingPoints = List.copyOf(operatingPoints);
        hashes = Map.copyOf(hashes);
        disagreementLimits = Map.copyOf(disagreementLimits);
        if (inputs < 1 || operatingPoints.isEmpty()) {
            throw new IllegalArgumentException("A certificate rests on inputs and covers at least one point");
        }
        if (!(tolerance >= 0)) {
            throw new IllegalArgumentException("tolerance is 0 or more, got " + tolerance);
        }
        for (Map.Entry<String, String> hash : hashes.entrySet()) {
            if (!hash.getValue().matches("[0-9a-f]{64}")) {
                throw new IllegalArgumentException(
                        "The hash of " + hash.getKey() + " is no SHA-256: " + hash.getValue());
            }
        }
        Set<String> strangers = new HashSet<>(disagreementLimits.keySet());
        operatingPoints.forEach(strangers::remove);
        if (!strangers.isEmpty()) {
            throw new IllegalArgumentException("Limits of points that are not certified: " + strangers);
        }
        if (keptCosine.isPresent() && !(keptCosine.getAsDouble() > 0 && keptCosine.getAsDouble() <= 1)) {
            throw new IllegalArgumentException("keptCosine is above 0 and at most 1, got " + keptCosine.getAsDouble());
        }
    }

    /**
     * The certificate of a certification that certified something.
     *
     * @param disagreement of the same points on the same or other calibration inputs: how much of it is normal where it is
     *     not itself what is bounded. The limit of a point is the upper Clopper-Pearson bound at delta
     * @param keptCosine what {@code disagreement} was counted by: the least cosine of answers that are the same, or empty for
     *     the place of the largest score
     * @throws IllegalArgumentException if no point is certified, or {@code disagreement} lacks one
     */
    public static CertificateResult of(
            Certification certification,
            LossMatrix disagreement,
            OptionalDouble keptCosine,
            Map<String, String> hashes,
            String numericClass,
            double tolerance) {
        if (disagreement.risk() != Risk.DISAGREEMENT) {
            throw new IllegalArgumentException(
                    "Losses of risk " + disagreement.risk().key() + " are no disagreement");
        }
        SortedMap<String, Double> limits = new TreeMap<>();
        for (String point : certification.certified()) {
            int index = disagreement.points().indexOf(point);
            if (index < 0) {
                throw new IllegalArgumentException("There is no disagreement of point " + point);
            }
            limits.put(
                    point,
                    certification.risk() == Risk.DISAGREEMENT
                            ? certification.epsilon()
                            : ExactBinomial.upperBound(
                                    disagreement.count(index), disagreement.inputs(), certification.delta()));
        }
        return new CertificateResult(
                certification.risk(),
                certification.epsilon(),
                certification.delta(),
                certification.inputs(),
                certification.method().key(),
                certification.certified(),
                hashes,
                numericClass,
                tolerance,
                limits,
                keptCosine,
                Optional.empty());
    }

    /** The same on data of which nothing is from before a time; empty if nobody knows. */
    public CertificateResult onDataSince(Optional<Instant> time) {
        return new CertificateResult(
                risk,
                epsilon,
                delta,
                inputs,
                method,
                operatingPoints,
                hashes,
                numericClass,
                tolerance,
                disagreementLimits,
                keptCosine,
                time);
    }

    /**
     * The hash of a path menu.
     *
     * @param paths each path's canonical text, in the order of the menu: the names of its layers joined by {@code +},
     *     then {@code >} and the name of its exit
     */
    public static String menuHash(List<String> paths) {
        return HexFormat.of().formatHex(LossMatrix.sha256(String.join("\n", paths)));
    }

    /** Whether an entry of a model file has a say in what is answered to a tensor, so that a certificate has to name its hash. */
    public static boolean names(String entry) {
        return !BESIDE_THE_POINT.contains(entry);
    }

    /** The canonical text of one path for {@link #menuHash}. */
    public static String menuEntry(List<String> layers, String exit) {
        return String.join("+", layers) + ">" + exit;
    }

    /** All members as text, the same for equal certificates whatever the order of their maps. */
    public String canonical() {
        return toJson();
    }

    /** SHA-256 of {@link #canonical} in lower-case hex: names this certificate. */
    public String identity() {
        return HexFormat.of().formatHex(LossMatrix.sha256(canonical()));
    }

    /** The object {@code certificate} of {@code model.json}, on one line, members in a fixed order. */
    public String toJson() {
        List<String> members = new ArrayList<>();
        members.add("\"risk\":" + quoted(risk.key()));
        members.add("\"epsilon\":" + epsilon);
        members.add("\"delta\":" + delta);
        members.add("\"inputs\":" + inputs);
        members.add("\"method\":" + quoted(method));
        members.add("\"operatingPoints\":"
                + "["
                + String.join(
                        ",",
                        operatingPoints.stream().map(CertificateResult::quoted).toList())
                + "]");
        members.add("\"hashes\":" + object(hashes, CertificateResult::quoted));
        members.add("\"numericClass\":" + quoted(numericClass));
        members.add("\"tolerance\":" + tolerance);
        members.add("\"disagreementLimits\":" + object(disagreementLimits, String::valueOf));
        members.add("\"agreement\":"
                + (keptCosine.isPresent()
                        ? "{\"rule\":\"cosine\",\"atLeast\":" + keptCosine.getAsDouble() + "}"
                        : "{\"rule\":\"argmax\"}"));
        dataSince.ifPresent(time -> members.add("\"dataSince\":" + quoted(time.toString())));
        return "{" + String.join(",", members) + "}";
    }

    private static <V> String object(Map<String, V> map, java.util.function.Function<V, String> value) {
        List<String> members = new ArrayList<>();
        new TreeMap<>(map)
                .forEach((key, each) -> members.add(quoted(key) + ":" + value.apply(Objects.requireNonNull(each))));
        return "{" + String.join(",", members) + "}";
    }

    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c < ' ') {
                quoted.append(String.format("\\u%04x", (int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }
}
