/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.integration;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.ops4j.pax.exam.CoreOptions.systemProperty;

import java.nio.file.Path;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;
import org.ops4j.pax.exam.Option;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.tminus.inference.InferenceRequest;
import org.tminus.inference.InferenceResult;
import org.tminus.inference.InferenceService;
import org.tminus.inference.PlatformStatus;
import org.tminus.inference.ServiceState;
import org.tminus.inference.Trace;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.ModelRepository;
import org.tminus.onnxruntime.OnnxRuntime;
import org.tminus.tensor.Tensor;

/** The examples, which this build has compiled as strangers do, serve in the running container and leave again. */
public class ExamplesIT extends TminusTestSupport {
    private static final String EXAMPLES = "tminus.examples";
    private static final String COORDINATOR = "org.tminus";
    private static final String ENERGY = "com.example.tminus.energypolicy";
    private static final List<String> MODELS = List.of("fashion-vit", "pointer-chase", "signposts");
    private static final int ROWS = 2;

    private final List<Bundle> installed = new ArrayList<>();
    private ModelRepository repository;
    private InferenceService inference;
    private PlatformStatus status;

    @Override
    protected Option[] additionalOptions() {
        return new Option[] {systemProperty(EXAMPLES).value(requireNonNull(System.getProperty(EXAMPLES), EXAMPLES))};
    }

    @Before
    public void installTheModels() throws Exception {
        repository = service(ModelRepository.class);
        inference = service(InferenceService.class);
        status = service(PlatformStatus.class);
        if (repository.models().isEmpty()) {
            for (String name : MODELS) {
                repository.install(Path.of(requireNonNull(System.getProperty("tminus.models")))
                        .resolve(name + ".tminus"));
            }
        }
        await("the platform is ready", status::ready);
    }

    @After
    public void swapBack() throws Exception {
        configure(COORDINATOR, Map.of());
        for (Bundle bundle : installed) {
            if (bundle.getState() != Bundle.UNINSTALLED) {
                bundle.uninstall();
            }
        }
        installed.clear();
        await("the platform is ready again", status::ready);
    }

    private void installTheExamples() throws BundleException {
        for (String example : List.of("java-backend", "energy-policy")) {
            Path jar = Path.of(requireNonNull(System.getProperty(EXAMPLES)))
                    .resolve(example + "/target/" + example + "-1.0.0.jar");
            Bundle bundle = context.installBundle(jar.toUri().toString());
            installed.add(bundle);
            bundle.start();
        }
    }

    private void putInForce() throws Exception {
        configure(COORDINATOR, Map.of("backend", "java", "policy", "energy"));
        await("both examples are in force; " + status.warnings(), () -> isInForce("java") && isInForce("energy"));
    }

    private boolean isInForce(String name) {
        return status.services().stream()
                .filter(state -> state.state().equals("in force"))
                .map(ServiceState::name)
                .anyMatch(name::equals);
    }

    private AdaptiveModel model(String name) {
        return repository.models().stream()
                .filter(model -> model.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static InferenceRequest request(AdaptiveModel model, long seed) {
        return InferenceRequest.builder(model.name())
                .inputs(FullDepth.inputs(model, ROWS, seed))
                .build();
    }

    @Test
    public void byDayTheyAnswerAsOnnxRuntimeAtFullDepth() throws Exception {
        // The same hour twice: never quiet.
        configure(ENERGY, Map.of("quietFromHour", 0, "quietToHour", 0));
        installTheExamples();
        putInForce();
        OnnxRuntime runtime = service(OnnxRuntime.class);
        for (String name : MODELS) {
            AdaptiveModel model = model(name);
            Map<String, Tensor> inputs = FullDepth.inputs(model, ROWS, 1);
            float[] expected = FullDepth.answer(runtime, model, inputs);
            // The session of a backend that has just come is opened in the background.
            await("the example answers for " + name, () -> answeredBy(request(model, 1), "java"));
            try (InferenceResult result = inference.infer(
                    InferenceRequest.builder(name).inputs(inputs).build())) {
                float[] actual = FullDepth.numbers(
                        requireNonNull(result.outputs().get("logits")).buffer().asFloatBuffer());
                assertThat(actual).hasSameSizeAs(expected);
                for (int index = 0; index < expected.length; index++) {
                    assertThat(actual[index]).isEqualTo(expected[index], within(1e-4f));
                }
                assertThat(result.traces()).allSatisfy(trace -> {
                    assertThat(trace.backend()).isEqualTo("java");
                    assertThat(trace.policy()).isEqualTo("energy");
                    assertThat(trace.path()).isEqualTo(model.fullDepth());
                    assertThat(trace.fallbacks()).isEmpty();
                });
            }
        }
    }

    private boolean answeredBy(InferenceRequest request, String backend) throws Exception {
        try (InferenceResult result = inference.infer(request)) {
            return result.traces().stream().map(Trace::backend).allMatch(backend::equals);
        }
    }

    @Test
    public void atQuietHoursTheyAnswerForLess() throws Exception {
        int hour = LocalTime.now().getHour();
        configure(ENERGY, Map.of("quietFromHour", (hour + 23) % 24, "quietToHour", (hour + 2) % 24, "quietRatio", 0.3));
        installTheExamples();
        putInForce();
        AdaptiveModel model = model(ReferenceModel.NAME);
        await("a cheaper path is taken", () -> {
            try (InferenceResult result = inference.infer(request(model, 2))) {
                return result.traces().stream()
                        .allMatch(trace -> trace.policy().equals("energy")
                                && model.cost(trace.path()).flops(0)
                                        <= 0.3 * model.cost(model.fullDepth()).flops(0));
            }
        });
    }

    @Test
    public void theyComeAndGoUnderLoadWithoutAFailedRequest() throws Exception {
        AdaptiveModel model = model(ReferenceModel.NAME);
        InferenceRequest request = request(model, 3);
        try (Load load = new Load(inference, request, 2)) {
            load.awaitMore(20);
            installTheExamples();
            putInForce();
            await("the example answers", () -> answeredBy(request, "java"));
            load.awaitMore(10);
            configure(COORDINATOR, Map.of());
            for (Bundle bundle : installed) {
                bundle.uninstall();
            }
            await("the CPU backend answers again", () -> answeredBy(request, "cpu"));
            load.awaitMore(20);
            assertThat(load.failures()).isEmpty();
            assertThat(load.policies()).contains("energy");
        }
    }
}
