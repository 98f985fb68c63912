/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;
import static org.ops4j.pax.exam.CoreOptions.systemProperty;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;
import org.ops4j.pax.exam.Option;
import org.osgi.framework.Bundle;
import org.osgi.framework.Version;
import org.tminus.failure.NoBackendException;
import org.tminus.inference.CertificateState;
import org.tminus.inference.InferenceRequest;
import org.tminus.inference.InferenceResult;
import org.tminus.inference.InferenceService;
import org.tminus.inference.PlatformStatus;
import org.tminus.inference.ServiceState;
import org.tminus.inference.Step;
import org.tminus.inference.Trace;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.ModelRepository;
import org.tminus.onnxruntime.OnnxRuntime;
import org.tminus.tensor.Shape;

/** The reference model answers in the container, while policies, backends and models come and go. */
public class ServingIT extends TminusTestSupport {
    private static final String COORDINATOR = "org.tminus";
    private static final int CLIENTS = 4;

    private ModelRepository repository;
    private InferenceService inference;
    private PlatformStatus status;
    private AdaptiveModel model;

    @Override
    protected Option[] additionalOptions() {
        return new Option[] {systemProperty("tminus.models").value(System.getProperty("tminus.models"))};
    }

    @Before
    public void installTheModel() throws Exception {
        repository = service(ModelRepository.class);
        inference = service(InferenceService.class);
        status = service(PlatformStatus.class);
        model = repository.models().isEmpty()
                ? repository.install(ReferenceModel.file())
                : repository.models().get(0);
        await("the platform is ready; " + status.warnings(), status::ready);
    }

    @After
    public void restoreTheDefaults() throws Exception {
        // Emptied and not deleted: Felix SCR drops the first updates of a configuration that is deleted and made anew
        // before it has handled the deletion, since the new one counts its changes from one again.
        configure(COORDINATOR, Map.of());
        for (Bundle bundle : context.getBundles()) {
            if (bundle.getSymbolicName().startsWith("org.tminus.policy.")
                    || bundle.getSymbolicName().equals("org.tminus.backend.cpu")) {
                bundle.start();
            }
        }
        await("the platform is ready again", status::ready);
    }

    @Test
    public void answersABatchWithATraceForEachRow() throws Exception {
        try (InferenceResult result =
                inference.infer(ReferenceModel.request(model, 5, 1).build())) {
            assertThat(result.outputs()).containsOnlyKeys("logits");
            assertThat(result.outputs().get("logits").shape()).isEqualTo(Shape.of(5, 10));
            assertThat(result.traces()).hasSize(5).allSatisfy(trace -> {
                assertThat(trace.model()).isEqualTo(ReferenceModel.NAME);
                assertThat(trace.backend()).isEqualTo("cpu");
                assertThat(trace.fallbacks()).isEmpty();
                assertThat(trace.flops()).isPositive().isLessThanOrEqualTo(2 * trace.fullDepthFlops());
                assertThat(trace.nanos(Step.TOTAL)).isGreaterThanOrEqualTo(trace.nanos(Step.RUN));
                assertThat(trace.nanos(Step.RUN)).isPositive();
            });
        }
    }

    @Test
    public void fullDepthGivesWhatOnnxRuntimeGives() throws Exception {
        InferenceRequest request =
                ReferenceModel.request(model, 3, 2).policy("full").build();
        OnnxRuntime runtime = service(OnnxRuntime.class);
        try (InferenceResult result = inference.infer(request);
                OrtSession.SessionOptions options = runtime.newSessionOptions();
                OrtSession session = runtime.environment()
                        .createSession(model.file("model.onnx").orElseThrow().toString(), options);
                OnnxTensor pixels = OnnxTensor.createTensor(
                        runtime.environment(),
                        request.inputs().get("pixels").buffer().asFloatBuffer(),
                        new long[] {3, 1, 28, 28});
                OrtSession.Result expected = session.run(Map.of("pixels", pixels))) {
            FloatBuffer logits = result.outputs().get("logits").buffer().asFloatBuffer();
            float[][] reference = (float[][]) expected.get(0).getValue();
            for (int row = 0; row < 3; row++) {
                for (int label = 0; label < 10; label++) {
                    assertThat(logits.get(row * 10 + label)).isEqualTo(reference[row][label], within(1e-4f));
                }
            }
            assertThat(result.traces()).allSatisfy(trace -> {
                assertThat(trace.path()).isEqualTo(model.fullDepth());
                assertThat(trace.certificate()).isEqualTo(CertificateState.FULL_DEPTH);
            });
        }
    }

    @Test
    public void everyPolicyOfTheDistributionAnswers() throws Exception {
        for (String policy : List.of("full", "fixed", "random", "budget", "confidence")) {
            try (InferenceResult result = inference.infer(
                    ReferenceModel.request(model, 4, 3).policy(policy).build())) {
                assertThat(result.traces()).extracting(Trace::policy).containsOnly(policy);
                assertThat(result.traces()).allMatch(trace -> trace.fallbacks().isEmpty());
            }
        }
    }

    @Test
    public void aPolicyIsSwappedByConfigurationWithoutAFailedRequest() throws Exception {
        try (Load load = load()) {
            for (int round = 0; round < 10; round++) {
                String policy = round % 2 == 0 ? "full" : "confidence";
                configure(COORDINATOR, Map.of("policy", policy));
                await(policy + " is in force", () -> status.policyInForce(ReferenceModel.NAME)
                        .equals(policy));
                load.awaitMore(20);
            }
            assertThat(load.failures()).isEmpty();
            assertThat(load.policies()).contains("full", "confidence");
        }
    }

    @Test
    public void aPolicyBundleIsReplacedUnderLoadWithoutAFailedRequest() throws Exception {
        Bundle policy = bundleNamed("org.tminus.policy.confidence");
        configure(COORDINATOR, Map.of("policy", "confidence"));
        try (Load load = load()) {
            load.awaitMore(20);
            for (int round = 0; round < 5; round++) {
                policy.stop();
                load.awaitMore(20);
                policy.update();
                policy.start();
                await("the policy is back", () -> status.policyInForce(ReferenceModel.NAME)
                        .equals("confidence"));
                load.awaitMore(20);
            }
            assertThat(load.failures()).isEmpty();
            assertThat(load.policies()).contains("confidence");
        }
    }

    @Test
    public void withoutAnyPolicyTheStaticPathAnswers() throws Exception {
        for (Bundle bundle : policyBundles()) {
            bundle.stop();
        }
        try (InferenceResult result =
                inference.infer(ReferenceModel.request(model, 1, 4).build())) {
            assertThat(result.traces()).singleElement().satisfies(trace -> {
                assertThat(trace.policy()).isEqualTo("static");
                assertThat(trace.path()).isEqualTo(model.fullDepth());
            });
        }
    }

    @Test
    public void withoutABackendRequestsFailWithAdviceUntilItReturns() throws Exception {
        Bundle backend = bundleNamed("org.tminus.backend.cpu");
        InferenceRequest request = ReferenceModel.request(model, 1, 5).build();
        backend.stop();

        assertThat(status.ready()).isFalse();
        assertThatExceptionOfType(NoBackendException.class)
                .isThrownBy(() -> inference.infer(request))
                .satisfies(failure -> assertThat(failure.advice()).isNotBlank());

        backend.start();
        await("the platform is ready again", status::ready);
        try (InferenceResult result = inference.infer(request)) {
            assertThat(result.traces()).extracting(Trace::backend).containsExactly("cpu");
        }
    }

    @Test
    public void aModelIsUpdatedUnderLoadWithoutAFailedRequest() throws Exception {
        Version next = new Version(model.version().getMajor(), model.version().getMinor(), 99);
        Path update = ReferenceModel.withVersion(next);
        try (Load load = load()) {
            load.awaitMore(20);
            repository.install(update);
            await("the new version answers", () -> load.versions().contains(next));
            load.awaitMore(20);
            repository.remove(ReferenceModel.NAME, next);
            await("only the old version is installed", () -> repository.models().size() == 1);
            load.awaitMore(20);
            assertThat(load.failures()).isEmpty();
            assertThat(load.versions()).contains(model.version(), next);
        } finally {
            Files.delete(update);
        }
    }

    @Test
    public void aBadConfigurationIsReportedAndTheOldOneStaysInForce() throws Exception {
        configure(COORDINATOR, Map.of("policy", "fixed"));
        await("fixed is in force", () -> status.policyInForce(ReferenceModel.NAME)
                .equals("fixed"));

        configure(COORDINATOR, Map.of("policy", "full", "budgetFlopsRatio", "7"));
        await("the problem is reported", () -> !status.configurationProblems().isEmpty());

        assertThat(status.configurationProblems()).anySatisfy(problem -> {
            assertThat(problem.pid()).isEqualTo(COORDINATOR);
            assertThat(problem.key()).isEqualTo("budgetFlopsRatio");
            assertThat(problem.value()).contains("7");
            assertThat(problem.expected()).isNotBlank();
        });
        assertThat(status.policyInForce(ReferenceModel.NAME)).isEqualTo("fixed");
        inference.infer(ReferenceModel.request(model, 1, 6).build()).close();

        Bundle coordinator = bundleNamed("org.tminus.coordinator");
        coordinator.stop();
        coordinator.start();
        inference = service(InferenceService.class);
        status = service(PlatformStatus.class);
        await("the platform is ready again", status::ready);
        assertThat(status.policyInForce(ReferenceModel.NAME)).isEqualTo("fixed");
        await("the problem is reported again", () -> !status.configurationProblems()
                .isEmpty());
        inference.infer(ReferenceModel.request(model, 1, 6).build()).close();
    }

    @Test
    public void pluginsCompiledAgainstVersionOneServeRequests() throws Exception {
        List<Bundle> installed = new ArrayList<>();
        try {
            for (String plugin : List.of("policy", "predictor", "backend")) {
                Path jar = Path.of(System.getProperty("tminus.models"))
                        .resolve("../integration-tests/compatibility/v1/jars/tminus-v1-" + plugin + "-1.0.0.jar");
                Bundle bundle = context.installBundle(jar.normalize().toUri().toString());
                installed.add(bundle);
                bundle.start();
            }
            configure(
                    COORDINATOR,
                    Map.of("policy", "v1-patient", "predictor", "v1-brightness", "backend", "v1-counting"));
            await(
                    "the plugins are in force",
                    () -> status.services().stream()
                                    .filter(state -> state.state().equals("in force"))
                                    .map(ServiceState::name)
                                    .filter(name -> name.startsWith("v1-"))
                                    .count()
                            == 3);
            try (InferenceResult result =
                    inference.infer(ReferenceModel.request(model, 4, 7).build())) {
                FloatBuffer logits = result.outputs().get("logits").buffer().asFloatBuffer();
                for (int row = 0; row < 4; row++) {
                    Trace trace = result.traces().get(row);
                    assertThat(trace.policy()).isEqualTo("v1-patient");
                    assertThat(trace.backend()).isEqualTo("v1-counting");
                    assertThat(logits.get(row * 10))
                            .as("the counting backend answers with the layers that ran")
                            .isEqualTo(trace.layersRun());
                }
            }
        } finally {
            for (Bundle bundle : installed) {
                bundle.uninstall();
            }
        }
    }

    private Load load() throws Exception {
        return new Load(inference, ReferenceModel.request(model, 1, 8).build(), CLIENTS);
    }

    private List<Bundle> policyBundles() {
        return Arrays.stream(context.getBundles())
                .filter(bundle -> bundle.getSymbolicName().startsWith("org.tminus.policy."))
                .toList();
    }
}
