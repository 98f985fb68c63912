/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tminus.backend.Telemetry;
import org.tminus.certificate.CertificateResult;
import org.tminus.coordinator.internal.certificate.WithdrawalStore;
import org.tminus.failure.UncertifiedException;
import org.tminus.inference.CertificateState;
import org.tminus.inference.InferenceResult;
import org.tminus.inference.JournalEntry;
import org.tminus.inference.Trace;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.AdaptiveModelBuilder;
import org.tminus.model.AgreementRule;
import org.tminus.model.Certificate;
import org.tminus.model.OperatingPoint;
import org.tminus.policy.Budget;
import org.tminus.policy.Decision;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Shape;
import org.tminus.tensor.Tensor;

class CertificateTest {
    private static final String HASH = "0123456789abcdef".repeat(4);
    private static final String OTHER = "fedcba9876543210".repeat(4);

    @TempDir
    private Path folder;

    private final FakeBackend backend = new FakeBackend();

    /** What a test changes in the certificate of its model. */
    private record Stated(
            Set<String> operatingPoints,
            Map<String, String> hashes,
            String numericClass,
            long inputs,
            double limit,
            Optional<AgreementRule> agreement,
            Optional<Instant> dataSince)
            implements Certificate {
        Stated(Set<String> points, Map<String, String> hashes, String numericClass, long inputs, double limit) {
            this(points, hashes, numericClass, inputs, limit, Optional.empty(), Optional.empty());
        }

        Stated with(@Nullable AgreementRule rule) {
            return new Stated(
                    operatingPoints, hashes, numericClass, inputs, limit, Optional.ofNullable(rule), dataSince);
        }

        Stated onDataSince(Instant time) {
            return new Stated(operatingPoints, hashes, numericClass, inputs, limit, agreement, Optional.of(time));
        }

        @Override
        public String risk() {
            return "accuracy-loss";
        }

        @Override
        public double epsilon() {
            return 0.01;
        }

        @Override
        public double delta() {
            return 0.05;
        }

        @Override
        public double tolerance() {
            return 1e-4;
        }

        @Override
        public Map<String, Double> disagreementLimits() {
            Map<String, Double> limits = new HashMap<>();
            operatingPoints.forEach(point -> limits.put(point, limit));
            return limits;
        }
    }

    private static Map<String, String> hashes() {
        Map<String, String> hashes = new LinkedHashMap<>();
        for (String entry : List.of("model.onnx", "exits.onnx", "predictor.onnx")) {
            hashes.put(entry, HASH);
        }
        return hashes;
    }

    private static Stated certificate() {
        Map<String, String> hashes = hashes();
        List<String> menu = new ArrayList<>();
        for (int depth = 1; depth <= TestModels.LAYERS; depth++) {
            var path = TestModels.path(depth);
            menu.add(CertificateResult.menuEntry(
                    path.layers().stream().map(layer -> layer.value()).toList(),
                    path.exit().value()));
        }
        hashes.put(CertificateResult.MENU, CertificateResult.menuHash(menu));
        return new Stated(Set.of("balanced", "thrifty"), hashes, "fp32", 1000, 0.1);
    }

    private static OperatingPoint point(String name, String policy, Map<String, Object> parameters, double ratio) {
        return new OperatingPoint(name, policy, parameters, "decision", 100, ratio, 0.9, 0.9);
    }

    private static AdaptiveModelBuilder builder(String version, @Nullable Certificate certificate) {
        AdaptiveModelBuilder builder = TestModels.builder("toy", version)
                .operatingPoint(point("thrifty", "mine", Map.of("depth", 1L), 0.25))
                .operatingPoint(point("balanced", "mine", Map.of("depth", 2L), 0.5))
                .operatingPoint(point("third", "mine", Map.of("depth", 3L), 0.75))
                .operatingPoint(point("static", "fixed", Map.of("menuIndex", 2L), 0.75))
                .defaultOperatingPoint("balanced")
                .hashes(hashes())
                .labels(List.of("a", "b", "c"));
        if (certificate != null) {
            builder.certificate(certificate);
        }
        return builder;
    }

    private static AdaptiveModel model(@Nullable Certificate certificate) {
        return builder("1.0.0", certificate).build();
    }

    /** Runs to the depth that the operating point says. */
    private static FakePolicy byPoint() {
        return new FakePolicy(context -> {
            long depth = context.operatingPoint()
                    .map(point -> (Long) point.parameters().getOrDefault("depth", 4L))
                    .orElse(4L);
            var path = TestModels.path((int) depth);
            var chosen = context.allowedPaths().contains(path)
                    ? path
                    : context.allowedPaths().get(0);
            return java.util.Collections.nCopies(context.rows(), Decision.run(chosen));
        });
    }

    private Bench bench(AdaptiveModel model, Map<String, Object> properties) {
        return start(new Bench(properties), model);
    }

    private Bench start(Bench bench, AdaptiveModel model) {
        bench.backend("cpu", 0, backend).policy("mine", 0, byPoint()).model(model);
        bench.awaitReady();
        return bench;
    }

    /** An answer whose largest score is at 0 from exits where {@code same} says so, and at 0 at full depth always. */
    private void answering(java.util.function.Predicate<Float> same) {
        backend.behaviour = (path, inputs, control) -> {
            Tensor x = inputs.get("x");
            int rows = (int) x.shape().dimension(0);
            float[] y = new float[rows * 3];
            for (int row = 0; row < rows; row++) {
                boolean first = path.depth() == TestModels.LAYERS
                        || same.test(x.buffer().asFloatBuffer().get(row * 4));
                y[row * 3 + (first ? 0 : 2)] = 1;
            }
            return new HashMap<>(Map.of("y", HostTensor.ofFloats(Shape.of(rows, 3), y)));
        };
    }

    /** Exits answer the one, full depth the other. */
    private void answering(float[] adaptive, float[] full) {
        backend.behaviour = (path, inputs, control) -> new HashMap<>(
                Map.of("y", HostTensor.ofFloats(Shape.of(1, 3), path.depth() == TestModels.LAYERS ? full : adaptive)));
    }

    private static void send(Bench bench, int requests) throws Exception {
        for (int i = 0; i < requests; i++) {
            bench.infer(Bench.request()).close();
        }
    }

    /** What is drawn, and how it compares, follows from the request alone. */
    @Test
    void joinedAnswersAreComparedLikeOthers() throws Exception {
        List<Map<String, Long>> seen = new ArrayList<>();
        for (int maxRows : new int[] {1, 8}) {
            Backlog backlog = new Backlog(backend);
            try (Bench bench =
                    bench(model(certificate()), Map.of("workers", 1, "batchMaxRows", maxRows, "shadowShare", "0.5"))) {
                CompletableFuture<InferenceResult> occupant = backlog.close(bench);
                List<CompletableFuture<InferenceResult>> waiting = new ArrayList<>();
                for (int value = 0; value < 12; value++) {
                    waiting.add(bench.coordinator
                            .service()
                            .submit(Backlog.request(value, 3).build()));
                }
                backlog.open();
                occupant.get().close();
                for (var future : waiting) {
                    assertThat(future.get().traces())
                            .allMatch(trace -> trace.certificate() == CertificateState.CERTIFIED);
                }
                Bench.await(() ->
                        bench.counter("shadowRun") + bench.counter("shadowDropped") == bench.counter("shadowDrawn"));
                Map<String, Long> counters =
                        new HashMap<>(bench.coordinator.status().counters());
                counters.keySet().retainAll(Set.of("shadowDrawn", "shadowRun", "shadowDisagreed", "rows", "flops"));
                seen.add(counters);
                assertThat(bench.counter("joinedRows")).isEqualTo(maxRows == 1 ? 0 : 24);
            }
        }
        assertThat(seen.get(0)).isEqualTo(seen.get(1));
        assertThat(seen.get(0).get("shadowDrawn")).isPositive();
        assertThat(seen.get(0).get("shadowDisagreed")).isPositive();
    }

    // ---- what a certificate covers

    @Test
    void coversWhatItNames() throws Exception {
        try (Bench bench = bench(model(certificate()), Map.of())) {
            Trace trace = bench.trace(Bench.request());
            assertThat(trace.path()).isEqualTo(TestModels.path(2));
            assertThat(trace.certificate()).isEqualTo(CertificateState.CERTIFIED);
            assertThat(trace.certificateReason()).isEmpty();
            assertThat(bench.trace(Bench.request().operatingPoint("thrifty")).certificate())
                    .isEqualTo(CertificateState.CERTIFIED);
            Trace third = bench.trace(Bench.request().operatingPoint("third"));
            assertThat(third.certificate()).isEqualTo(CertificateState.UNCERTIFIED);
            assertThat(third.certificateReason().orElseThrow()).contains("third");
            assertThat(bench.coordinator.status().certificates())
                    .allMatch(each -> each.state() == CertificateState.CERTIFIED)
                    .extracting("operatingPoint")
                    .containsExactly("balanced", "thrifty");
        }
    }

    static Stream<Arguments> differences() {
        Stated good = certificate();
        Map<String, String> without = new HashMap<>(good.hashes());
        without.remove("exits.onnx");
        Map<String, String> menu = new HashMap<>(good.hashes());
        menu.put("menu", OTHER);
        Map<String, String> model = new HashMap<>(good.hashes());
        model.put("model.onnx", OTHER);
        Set<String> points = good.operatingPoints();
        return Stream.of(
                Arguments.of("menu", new Stated(points, menu, "fp32", 1, 0.1), Map.of()),
                Arguments.of("model.onnx", new Stated(points, model, "fp32", 1, 0.1), Map.of()),
                Arguments.of("exits.onnx", new Stated(points, without, "fp32", 1, 0.1), Map.of()),
                Arguments.of("fp16", new Stated(points, good.hashes(), "fp16", 1, 0.1), Map.of()),
                Arguments.of("budget", good, Map.of("budgetFlopsRatio", 0.9)),
                Arguments.of("policy", good, Map.of("policy", "other")),
                Arguments.of("fall-back", good, Map.of("policy", "bad", "budgetFlopsRatio", 0.6)));
    }

    @ParameterizedTest
    @MethodSource("differences")
    void anyDifferenceIsUncertified(String named, Certificate certificate, Map<String, Object> properties)
            throws Exception {
        try (Bench bench = bench(model(certificate), properties)) {
            bench.policy("other", -1, FakePolicy.depth(3));
            bench.policy("bad", -2, new FakePolicy(context -> List.of()));
            Trace trace = bench.trace(Bench.request());
            assertThat(trace.certificate()).isEqualTo(CertificateState.UNCERTIFIED);
            assertThat(trace.certificateReason().orElseThrow().toLowerCase(java.util.Locale.ROOT))
                    .contains(named);
        }
    }

    @Test
    void configuredParametersAreCertifiedOnlyIfTheyAreThoseOfThePoint() throws Exception {
        try (Bench bench = bench(model(certificate()), Map.of())) {
            bench.configuration.updateModel("org.tminus.model~toy", Map.of("parameter.depth", "2"));
            assertThat(bench.trace(Bench.request()).certificate()).isEqualTo(CertificateState.CERTIFIED);
            bench.configuration.updateModel("org.tminus.model~toy", Map.of("parameter.depth", "3"));
            assertThat(bench.trace(Bench.request()).certificateReason().orElseThrow())
                    .contains("depth");
        }
    }

    // ---- a certificate is required

    @Test
    void whatIsCertifiedAnswersWhereACertificateIsRequired() throws Exception {
        try (Bench bench = bench(model(certificate()), Map.of("requireCertificate", "true"))) {
            Trace balanced = bench.trace(Bench.request());
            assertThat(balanced.path()).isEqualTo(TestModels.path(2));
            assertThat(balanced.certificate()).isEqualTo(CertificateState.CERTIFIED);
            assertThat(balanced.fallbacks()).isEmpty();
            // A budget chooses among the certified points.
            Trace cheap = bench.trace(Bench.request().budget(Budget.ofFlopsRatio(0.3)));
            assertThat(cheap.path()).isEqualTo(TestModels.path(1));
            assertThat(cheap.operatingPoint()).contains("thrifty");
            assertThat(cheap.certificate()).isEqualTo(CertificateState.CERTIFIED);
            assertThat(cheap.budgetMissed()).isFalse();
            Trace missed = bench.trace(Bench.request().budget(Budget.ofFlopsRatio(0.1)));
            assertThat(missed.path()).isEqualTo(TestModels.path(1));
            assertThat(missed.budgetMissed()).isTrue();
            // What is not certified gives way to full depth, and the trace says why.
            Trace third = bench.trace(Bench.request().operatingPoint("third"));
            assertThat(third.path()).isEqualTo(TestModels.path(4));
            assertThat(third.certificate()).isEqualTo(CertificateState.FULL_DEPTH);
            assertThat(third.fallbacks()).anyMatch(note -> note.contains("certificate is required"));
        }
    }

    @Test
    void theCheapestCertifiedStaticPathStandsInWhereACertificateIsRequired() throws Exception {
        Stated stated = new Stated(Set.of("static"), certificate().hashes(), "fp32", 1000, 0.1);
        try (Bench bench = bench(model(stated), Map.of("requireCertificate", "true"))) {
            Trace trace = bench.trace(Bench.request());
            assertThat(trace.path()).isEqualTo(TestModels.path(3));
            assertThat(trace.certificate()).isEqualTo(CertificateState.CERTIFIED);
            assertThat(trace.fallbacks()).anyMatch(note -> note.contains("certificate is required"));
        }
    }

    @Test
    void aPolicyThatFailsOnTheWayLeavesNothingUncertifiedBehind() throws Exception {
        try (Bench bench = new Bench(Map.of("requireCertificate", "true"))) {
            FakePolicy failing = new FakePolicy(
                    context -> List.of(Decision.run(TestModels.path(2)).withCheckpoints(List.of(TestModels.layer(0)))));
            failing.next = checkpoint -> {
                throw new IllegalStateException("for a test");
            };
            bench.backend("cpu", 0, backend).policy("mine", 0, failing).model(model(certificate()));
            bench.awaitReady();
            Trace trace = bench.trace(Bench.request());
            assertThat(trace.path()).isEqualTo(TestModels.path(4));
            assertThat(trace.certificate()).isEqualTo(CertificateState.FULL_DEPTH);
            assertThat(trace.fallbacks()).anyMatch(note -> note.contains("Full depth answers"));
            // Both attempts are paid for.
            assertThat(trace.flops()).isGreaterThan(TestModels.flops(4) + 200);
        }
    }

    // ---- shadow requests

    @Test
    void aStreamThatDisagreesIsWithdrawn() throws Exception {
        Instant begun = Instant.now();
        answering(value -> false);
        Path file = folder.resolve("withdrawn");
        Map<String, Object> shadowed = Map.of("shadowShare", "1");
        try (Bench bench =
                start(new Bench(shadowed, new WithdrawalStore(file), System::nanoTime), model(certificate()))) {
            List<String> events = new ArrayList<>();
            bench.coordinator.listenToWithdrawals(
                    withdrawal -> events.add(withdrawal.id().point()));
            for (int i = 0; i < 200 && bench.counter("certificateWithdrawals") == 0; i++) {
                long done = bench.counter("shadowRun") + bench.counter("shadowDropped");
                send(bench, 1);
                Bench.await(() -> bench.counter("shadowRun") + bench.counter("shadowDropped") > done);
            }
            assertThat(bench.counter("certificateWithdrawals")).isEqualTo(1);
            assertThat(events).containsExactly("balanced");
            assertThat(bench.awaitEntry(JournalEntry.CERTIFICATE_WITHDRAWN, "toy")
                            .details())
                    .containsEntry("operatingPoint", "balanced");
            assertThat(bench.counter("shadowDisagreed"))
                    .isEqualTo(bench.counter("shadowRun"))
                    .isBetween(2L, 20L);
            assertWithdrawn(bench);
            // Another point of the same certificate has its own evidence.
            assertThat(bench.trace(Bench.request().operatingPoint("thrifty")).certificate())
                    .isEqualTo(CertificateState.CERTIFIED);
            // Changing the configuration takes nothing back.
            bench.configuration.update(Map.of("shadowShare", "0"));
            assertWithdrawn(bench);
        }
        try (Bench again =
                start(new Bench(Map.of(), new WithdrawalStore(file), System::nanoTime), model(certificate()))) {
            assertWithdrawn(again);
            // Neither another version of the model is enough nor another certificate, unless its data are from after
            // that.
            again.model(builder("1.1.0", certificate()).build());
            Bench.await(() -> version(again).equals("1.1.0"));
            assertWithdrawn(again);
            Stated other =
                    new Stated(certificate().operatingPoints(), certificate().hashes(), "fp32", 2000, 0.1);
            again.model(builder("1.2.0", other).build());
            Bench.await(() -> version(again).equals("1.2.0"));
            assertWithdrawn(again);
            again.model(builder("1.3.0", other.onDataSince(begun)).build());
            Bench.await(() -> version(again).equals("1.3.0"));
            assertWithdrawn(again);
            again.model(builder("1.4.0", other.onDataSince(Instant.now())).build());
            Bench.await(() -> version(again).equals("1.4.0"));
            assertThat(again.trace(Bench.request()).certificate()).isEqualTo(CertificateState.CERTIFIED);
        }
        try (Bench last =
                start(new Bench(Map.of(), new WithdrawalStore(file), System::nanoTime), model(certificate()))) {
            assertThat(last.coordinator.restore("other")).isEmpty();
            assertThat(last.coordinator.restore("toy")).containsExactly("balanced");
            last.awaitEntry(JournalEntry.CERTIFICATE_RESTORED, "toy");
            assertThat(last.trace(Bench.request()).certificate()).isEqualTo(CertificateState.CERTIFIED);
        }
        try (Bench restored =
                start(new Bench(Map.of(), new WithdrawalStore(file), System::nanoTime), model(certificate()))) {
            assertThat(restored.trace(Bench.request()).certificate()).isEqualTo(CertificateState.CERTIFIED);
        }
    }

    private static String version(Bench bench) {
        try {
            return bench.trace(Bench.request()).modelVersion().toString();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static void assertWithdrawn(Bench bench) throws Exception {
        Trace trace = bench.trace(Bench.request());
        assertThat(trace.certificate()).isEqualTo(CertificateState.WITHDRAWN);
        assertThat(trace.path()).isEqualTo(TestModels.path(4));
        assertThat(trace.certificateReason().orElseThrow()).contains("withdrawn");
        assertThat(bench.coordinator.status().warnings()).anyMatch(warning -> warning.contains("withdrawn"));
        assertThat(bench.coordinator.status().certificates())
                .filteredOn(point -> point.operatingPoint().equals("balanced"))
                .anyMatch(point -> point.state() == CertificateState.WITHDRAWN && point.disagreed() > 0);
        // Where a certificate comes before the budget, full depth does too.
        Trace small = bench.trace(Bench.request().budget(Budget.ofFlopsRatio(0.3)));
        assertThat(small.path()).isEqualTo(TestModels.path(4));
        assertThat(small.budgetMissed()).isTrue();
    }

    @Test
    void aStreamThatAgreesIsNotWithdrawn() throws Exception {
        answering(value -> true);
        try (Bench bench = bench(model(certificate()), Map.of("shadowShare", "1", "shadowQueueCapacity", "1000"))) {
            send(bench, 300);
            try (InferenceResult batch = bench.infer(Bench.request(5))) {
                assertThat(batch.traces()).hasSize(5);
            }
            Bench.await(() -> bench.counter("shadowRun") == 305);
            assertThat(bench.counter("shadowDrawn")).isEqualTo(305);
            assertThat(bench.counter("shadowDropped")).isZero();
            assertThat(bench.counter("shadowDisagreed")).isZero();
            assertThat(bench.counter("certificateWithdrawals")).isZero();
            // In no count of requests, but in what was spent: the answers, the policy's share, and full depth beside
            // it.
            assertThat(bench.counter("requests")).isEqualTo(301);
            assertThat(bench.counter("rows")).isEqualTo(305);
            assertThat(bench.counter("fullDepthFlops")).isEqualTo(305 * TestModels.flops(4));
            assertThat(bench.counter("flops")).isEqualTo(305 * (TestModels.flops(2) + 2 + TestModels.flops(4)));
            assertThat(bench.coordinator.status().certificates())
                    .filteredOn(point -> point.operatingPoint().equals("balanced"))
                    .allMatch(point -> point.compared() == 305 && point.limit() == 0.1);
        }
    }

    static Stream<Arguments> answers() {
        float[] east = {1, 0, 0};
        float[] near = {0.97f, 0.243f, 0}; // cosine 0.97 to east
        float[] further = {0.94f, 0.341f, 0}; // cosine 0.94 to east
        float[] sure = {5, 1, 0};
        float[] unsure = {1, 0.9f, 0.8f}; // cosine 0.74 to sure
        float[] first = {1, 0.9f, 0};
        float[] second = {0.9f, 1, 0}; // cosine 0.994 to first
        AgreementRule cosine = AgreementRule.cosine(0.95);
        AgreementRule argmax = AgreementRule.argmax();
        List<String> none = List.of();
        List<String> labels = List.of("a", "b", "c");
        Map<String, Object> unset = Map.of();
        return Stream.of(
                // labels, rule of the certificate, configuration, answer of exits and of full depth, whether it is the
                // same
                Arguments.of(none, cosine, unset, near, east, true),
                Arguments.of(none, cosine, unset, further, east, false),
                Arguments.of(none, cosine, Map.of("agreementCosine", "0.999"), near, east, true),
                Arguments.of(none, cosine, Map.of("agreementCosine", "0.5"), further, east, false),
                Arguments.of(none, argmax, unset, unsure, sure, true),
                Arguments.of(none, argmax, unset, second, first, false),
                Arguments.of(labels, cosine, unset, second, first, true),
                // Where nothing is stated, labels and configuration decide.
                Arguments.of(none, null, unset, near, east, false),
                Arguments.of(none, null, Map.of("agreementCosine", "0.95"), near, east, true),
                Arguments.of(labels, null, unset, unsure, sure, true),
                Arguments.of(labels, null, unset, second, first, false));
    }

    @ParameterizedTest
    @MethodSource("answers")
    void answersAreComparedAsTheCertificateCountedThem(
            List<String> labels,
            @Nullable AgreementRule rule,
            Map<String, Object> properties,
            float[] adaptive,
            float[] full,
            boolean same)
            throws Exception {
        answering(adaptive, full);
        Map<String, Object> all = new HashMap<>(properties);
        all.put("shadowShare", "1");
        AdaptiveModel model =
                builder("1.0.0", certificate().with(rule)).labels(labels).build();
        try (Bench bench = bench(model, all)) {
            send(bench, 20);
            Bench.await(
                    () -> bench.counter("shadowDrawn") == bench.counter("shadowRun") + bench.counter("shadowDropped"));
            assertThat(bench.counter("shadowRun")).isPositive();
            assertThat(bench.counter("shadowDisagreed")).isEqualTo(same ? 0 : bench.counter("shadowRun"));
            assertThat(bench.counter("certificateWithdrawals")).isEqualTo(same ? 0 : 1);
        }
    }

    @Test
    void rowsThatRanAtFullDepthAgreeWithoutARun() throws Exception {
        answering(value -> true);
        try (Bench bench = new Bench(Map.of("shadowShare", "1"))) {
            FakePolicy mixed = new FakePolicy(context -> List.of(
                    Decision.run(TestModels.path(4)),
                    Decision.run(TestModels.path(1)),
                    Decision.run(TestModels.path(4))));
            bench.backend("cpu", 0, backend).policy("mine", 0, mixed).model(model(certificate()));
            bench.awaitReady();
            bench.infer(Bench.request(3)).close();
            Bench.await(() -> bench.counter("shadowRun") == 1);
            Bench.await(() -> bench.coordinator.status().certificates().stream()
                    .anyMatch(point -> point.compared() == 3 && point.disagreed() == 0));
            assertThat(bench.counter("shadowDrawn")).isEqualTo(3);
        }
    }

    @Test
    void nothingIsDrawnWithoutAShareOrACertificate() throws Exception {
        answering(value -> false);
        try (Bench bench = bench(model(certificate()), Map.of())) {
            send(bench, 20);
            assertThat(bench.counter("shadowDrawn")).isZero();
        }
        try (Bench bench = bench(model(null), Map.of("shadowShare", "1"))) {
            send(bench, 20);
            assertThat(bench.counter("shadowDrawn")).isZero();
        }
    }

    @Test
    void theClientsMemoryIsNotReadAfterTheAnswer() throws Exception {
        answering(value -> value == 1);
        CountDownLatch changed = new CountDownLatch(1);
        FakeBackend.Behaviour answering = backend.behaviour;
        backend.behaviour = (path, inputs, control) -> {
            if (path.depth() == TestModels.LAYERS) {
                try {
                    assertThat(changed.await(30, TimeUnit.SECONDS)).isTrue();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
                assertThat(inputs.get("x").buffer().asFloatBuffer().get(0)).isEqualTo(1);
            }
            return answering.run(path, inputs, control);
        };
        try (Bench bench = bench(model(certificate()), Map.of("shadowShare", "1"))) {
            HostTensor mine = HostTensor.ofFloats(Shape.of(1, 4), 1, 0, 0, 0);
            bench.infer(org.tminus.inference.InferenceRequest.builder("toy").input("x", mine))
                    .close();
            mine.writableBuffer().asFloatBuffer().put(0, 7);
            changed.countDown();
            Bench.await(() -> bench.counter("shadowRun") == 1);
            assertThat(bench.counter("shadowDropped")).isZero();
            assertThat(bench.counter("shadowDisagreed")).isZero();
        }
    }

    @Test
    void loadAndSizeDropDrawsAndAreCounted() throws Exception {
        CountDownLatch free = new CountDownLatch(1);
        answering(value -> true);
        FakeBackend.Behaviour answering = backend.behaviour;
        backend.behaviour = (path, inputs, control) -> {
            if (path.depth() == TestModels.LAYERS) {
                try {
                    assertThat(free.await(30, TimeUnit.SECONDS)).isTrue();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }
            return answering.run(path, inputs, control);
        };
        try (Bench bench = bench(
                model(certificate()),
                Map.of("shadowShare", "1", "shadowQueueCapacity", "3", "shadowMaxBytes", "64", "workers", "2"))) {
            // One hangs at work, three wait; requests are answered all the while.
            send(bench, 20);
            Bench.await(() -> bench.counter("shadowDropped") >= 16);
            bench.infer(Bench.request(5)).close();
            free.countDown();
            Bench.await(() -> bench.counter("shadowRun") + bench.counter("shadowDropped") == 25);
            assertThat(bench.counter("shadowDrawn")).isEqualTo(25);
            assertThat(bench.counter("shadowDropped")).isBetween(21L, 22L);
            assertThat(bench.counter("failed")).isZero();
        } finally {
            free.countDown();
        }
    }

    @Test
    void swapsWhileShadowsRunLoseNoRequestAndNoDraw() throws Exception {
        answering(value -> true);
        try (Bench bench = bench(model(certificate()), Map.of("shadowShare", "1", "shadowQueueCapacity", "100000"))) {
            List<CompletableFuture<InferenceResult>> sent = new ArrayList<>();
            FakeBackend second = new FakeBackend();
            second.behaviour = backend.behaviour;
            for (int round = 0; round < 20; round++) {
                for (int i = 0; i < 10; i++) {
                    sent.add(bench.coordinator
                            .service()
                            .submit(Bench.request().build())
                            .toCompletableFuture());
                }
                if (round % 2 == 0) {
                    bench.backend("second", 10, second);
                } else {
                    bench.removeBackend(second);
                }
            }
            for (CompletableFuture<InferenceResult> each : sent) {
                each.get(30, TimeUnit.SECONDS).close();
            }
            Bench.await(
                    () -> bench.counter("shadowDrawn") == bench.counter("shadowRun") + bench.counter("shadowDropped"));
            assertThat(bench.counter("shadowRun")).isPositive();
            assertThat(bench.counter("shadowDisagreed")).isZero();
            assertThat(bench.counter("failed")).isZero();
            assertThat(bench.counter("certificateWithdrawals")).isZero();
        }
    }

    @Test
    void aBackendThatFailsInAShadowRunSpoilsNoAnswer() throws Exception {
        answering(value -> true);
        FakeBackend.Behaviour answering = backend.behaviour;
        backend.behaviour = (path, inputs, control) -> {
            if (path.depth() == TestModels.LAYERS) {
                throw new IllegalStateException("for a test");
            }
            return answering.run(path, inputs, control);
        };
        try (Bench bench = bench(model(certificate()), Map.of("shadowShare", "1"))) {
            send(bench, 3);
            Bench.await(() -> bench.counter("shadowDropped") == 3);
            assertThat(bench.counter("failed")).isZero();
            assertThat(bench.counter("shadowDisagreed")).isZero();
        }
    }

    @Test
    void safetyGoesBeforeAWithdrawalUnlessACertificateIsRequired() throws Exception {
        answering(value -> false);
        try (Bench bench = bench(model(certificate()), Map.of("shadowShare", "1", "temperatureLimitCelsius", "80"))) {
            for (int i = 0; i < 200 && bench.counter("certificateWithdrawals") == 0; i++) {
                long done = bench.counter("shadowRun") + bench.counter("shadowDropped");
                send(bench, 1);
                Bench.await(() -> bench.counter("shadowRun") + bench.counter("shadowDropped") > done);
            }
            backend.telemetry = Telemetry.builder()
                    .figure(Telemetry.TEMPERATURE_CELSIUS, 81)
                    .build();
            Trace hot = bench.trace(Bench.request());
            assertThat(hot.path()).isEqualTo(TestModels.path(1));
            assertThat(hot.certificate()).isEqualTo(CertificateState.WITHDRAWN);
            bench.configuration.update(Map.of("temperatureLimitCelsius", "80", "requireCertificate", "true"));
            assertThatThrownBy(() -> bench.infer(Bench.request())).isInstanceOf(UncertifiedException.class);
        }
    }
}
