/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.shell.internal.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Version;
import org.tminus.failure.InvalidRequestException;
import org.tminus.inference.CertificateState;
import org.tminus.inference.CertifiedPoint;
import org.tminus.inference.ConfigurationProblem;
import org.tminus.inference.InferenceResult;
import org.tminus.inference.Step;
import org.tminus.inference.Trace;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.Path;
import org.tminus.predictor.Complexity;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Shape;
import org.tminus.tensor.Tensor;

class ReportsTest {
    private final Fixtures.Platform platform = new Fixtures.Platform();
    private final AdaptiveModel model = Fixtures.model("pets");

    @Test
    void theStatusTellsServicesSavingsAndProblems() throws Exception {
        platform.counters.putAll(Map.of("requests", 12L, "flops", 6_000_000L, "fullDepthFlops", 10_000_000L));
        platform.problems.add(new ConfigurationProblem("org.tminus", "workers", "-3", "0 to 1024"));
        platform.warnings.add("The backend cpu is quarantined.");
        platform.ready = false;

        Report report = StatusReport.of(platform);

        assertThat(report.lines())
                .contains(
                        "Not ready: requests are not answered now.",
                        "Warning: The backend cpu is quarantined.",
                        "Computation saved: 40.0 % (6.0 MFLOPs spent where full depth takes 10.0 MFLOPs).");
        assertThat(report.tables().get(0).rows())
                .contains(List.of(
                        "backend", "cpu", "quarantined", "5", "org.tminus.backend.cpu 1.0.0", "failed 3 times"));
        assertThat(report.tables().get(1).rows()).contains(List.of("requests", "12"));
        assertThat(report.tables().get(2).rows()).containsExactly(List.of("org.tminus", "workers", "-3", "0 to 1024"));
        JsonNode json = json(report);
        assertThat(json.get("ready").booleanValue()).isFalse();
        assertThat(json.get("savedFlopsShare").doubleValue()).isEqualTo(0.4);
        assertThat(json.get("services")).hasSize(3);
    }

    private record Certified(CertificateState state, String reason) implements CertifiedPoint {
        @Override
        public String model() {
            return "pets";
        }

        @Override
        public Version modelVersion() {
            return Version.parseVersion("1.0.0");
        }

        @Override
        public String operatingPoint() {
            return "balanced";
        }

        @Override
        public double limit() {
            return 0.02;
        }

        @Override
        public long compared() {
            return 300;
        }

        @Override
        public long disagreed() {
            return 40;
        }
    }

    @Test
    void theStatusTellsWhichCertificatesHold() throws Exception {
        platform.certificates.add(new Certified(CertificateState.WITHDRAWN, "Too many."));

        Report report = StatusReport.of(platform);

        assertThat(report.tables().get(1).rows())
                .containsExactly(List.of("pets 1.0.0", "balanced", "withdrawn", "300", "40", "2.0 %", "Too many."));
        assertThat(json(report).get("certificates").get(0).get("state").textValue())
                .isEqualTo("WITHDRAWN");
    }

    @Test
    void aWithdrawnCertificateIsRestoredByName() throws Exception {
        Report report = CertificateRestore.of(model -> List.of("balanced", "thrifty"), "pets");
        assertThat(report.lines().get(0)).isEqualTo("In force again for pets: balanced, thrifty.");
        assertThatThrownBy(() -> CertificateRestore.of(model -> List.of(), "pets"))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("pets");
    }

    @Test
    void withoutRequestsNothingIsClaimed() throws Exception {
        Report report = StatusReport.of(platform);

        assertThat(report.lines()).contains("Computation saved: no request has been answered yet.");
        assertThat(json(report).has("savedFlopsShare")).isFalse();
    }

    @Test
    void modelsAreListedWithTheirPolicy() throws Exception {
        platform.inForce.put("pets", "confidence");

        Report report = ModelsReport.overview(List.of(model), platform::policyInForce);

        assertThat(report.tables().get(0).rows())
                .containsExactly(
                        List.of("pets", "1.0.0", "2", "2", "2", "2", "2.0 M", "8.0 KiB", "confidence", "none"));
        JsonNode point =
                json(report).get("models").get(0).get("operatingPoints").get(1);
        assertThat(point.get("name").textValue()).isEqualTo("sure");
        assertThat(point.has("accuracy")).isFalse();
        assertThat(ModelsReport.overview(List.of(), platform::policyInForce).lines())
                .singleElement()
                .asString()
                .contains("No model is installed");
    }

    @Test
    void detailsShowLayersExitsPathsAndPoints() {
        Report report = ModelsReport.details(model, "budget");

        assertThat(report.tables().get(1).rows())
                .contains(List.of("layer.1", "0", "1.0 M", "4.0 KiB", "no: it feeds another."));
        assertThat(report.tables().get(3).rows())
                .containsExactly(
                        List.of("0", "1", "exit.1", "1.0 M", "50.0 %"), List.of("1", "2", "final", "2.0 M", "100.0 %"));
        assertThat(report.tables().get(4).rows())
                .containsExactly(
                        List.of(
                                "balanced (default)",
                                "budget",
                                "{threshold=0.9}",
                                "60.0 %",
                                "89.0 %",
                                "90.0 %",
                                "100",
                                "decision"),
                        List.of("sure", "confidence", "{threshold=0.8}", "70.0 %", "-", "-", "100", "decision"));
    }

    @Test
    void policiesInForceHaveAStar() {
        platform.inForce.put("pets", "confidence");

        Report report = PoliciesReport.of(platform, List.of(model));

        assertThat(report.tables().get(0).rows())
                .extracting(row -> row.get(0) + row.get(1) + ":" + row.get(4))
                .containsExactly("budget:", "*confidence:pets");
        platform.services.clear();
        assertThat(PoliciesReport.of(platform, List.of(model)).lines())
                .singleElement()
                .asString()
                .contains("No policy is registered");
    }

    @Test
    void anAnswerShowsLabelsAndTrace() throws Exception {
        HostTensor logits = HostTensor.ofFloats(Shape.of(2, 3), 0, 2, 1, 5, 0, 0);
        Report report =
                InferenceReport.of(model, new Result(Map.of("logits", logits), List.of(new Row(false), new Row(true))));

        assertThat(report.tables().get(0).rows())
                .containsExactly(
                        List.of("0", "dog", "66.5 %", "bird 24.5 %, cat 9.0 %"),
                        List.of("1", "cat", "98.7 %", "dog 0.7 %, bird 0.7 %"));
        assertThat(report.tables().get(1).rows().get(0))
                .containsExactly(
                        "0",
                        "budget",
                        "balanced",
                        "exit.1",
                        "1 of 2",
                        "1.0 M",
                        "50.0 %",
                        "0.010 ms",
                        "0.020 ms",
                        "0.030 ms",
                        "0.040 ms",
                        "0.050 ms",
                        "cpu (compiled)",
                        "full depth");
        assertThat(report.lines()).hasSize(3).anyMatch(line -> line.contains("budget was missed"));
        JsonNode row = json(report).get("rows").get(0);
        assertThat(row.get("labels").get(0).get("name").textValue()).isEqualTo("dog");
        assertThat(row.get("nanos").get("run").longValue()).isEqualTo(40_000);
    }

    @Test
    void outputsThatAreNoScoresAreNamedOnly() {
        HostTensor other = HostTensor.ofLongs(Shape.of(1), 5);
        Report report = InferenceReport.of(model, new Result(Map.of("logits", other), List.of(new Row(false))));

        assertThat(report.lines()).contains("Output logits: int64[1]");
    }

    @Test
    void tablesArePrintedWithTheirHeadings() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        new Report()
                .line("First")
                .table(new Table().text("Name").numbers("Number").row("one", 1))
                .table(new Table().text("Empty"))
                .print(new PrintStream(bytes, true, StandardCharsets.UTF_8), false);

        assertThat(bytes.toString(StandardCharsets.UTF_8)).contains("First", "Name", "Number", "one");
        assertThat(bytes.toString(StandardCharsets.UTF_8)).doesNotContain("Empty");
        assertThatThrownBy(() -> new Table().text("a", "b").row("only one"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void figuresAreShort() {
        assertThat(List.of(0L, 999L, 1000L, 12_345L, 999_999L, 123_456_789L, 5_000_000_000L))
                .extracting(Figures::count)
                .containsExactly("0", "999", "1.0 k", "12.3 k", "1.0 M", "123 M", "5.0 G");
        assertThat(Figures.flops(512)).isEqualTo("512 FLOPs");
        assertThat(Figures.percent(Double.NaN)).isEqualTo("-");
    }

    @Test
    void failuresSayWhatToDo() {
        assertThat(CommandFailure.of(new InvalidRequestException("It is wrong.", "Do this.")))
                .hasMessage("It is wrong. Do this.");
        assertThatThrownBy(() -> CommandFailure.required(null, "coordinator", "org.tminus.coordinator"))
                .hasMessageContainingAll("There is no coordinator.", "org.tminus.coordinator");
    }

    private static JsonNode json(Report report) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        report.print(new PrintStream(bytes, true, StandardCharsets.UTF_8), true);
        return new ObjectMapper().readTree(bytes.toByteArray());
    }

    private record Result(Map<String, Tensor> outputs, List<Trace> traces) implements InferenceResult {
        @Override
        public void close() {}
    }

    private record Row(boolean budgetMissed) implements Trace {
        @Override
        public long requestId() {
            return 1;
        }

        @Override
        public String model() {
            return "pets";
        }

        @Override
        public Version modelVersion() {
            return Version.parseVersion("1.0.0");
        }

        @Override
        public String backend() {
            return "cpu";
        }

        @Override
        public String policy() {
            return "budget";
        }

        @Override
        public Optional<String> operatingPoint() {
            return Optional.of("balanced");
        }

        @Override
        public Optional<Complexity> complexity() {
            return Optional.empty();
        }

        @Override
        public Path path() {
            return Fixtures.model("pets").menu().get(0);
        }

        @Override
        public int layersRun() {
            return 1;
        }

        @Override
        public boolean compiled() {
            return true;
        }

        @Override
        public long flops() {
            return 1_000_000;
        }

        @Override
        public long fullDepthFlops() {
            return 2_000_000;
        }

        @Override
        public long nanos(Step step) {
            return 10_000L * (step.ordinal() + 1);
        }

        @Override
        public CertificateState certificate() {
            return CertificateState.FULL_DEPTH;
        }

        @Override
        public List<String> fallbacks() {
            return List.of("The predictor failed.");
        }
    }
}
