/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;
import org.osgi.framework.Bundle;
import org.tminus.inference.InferenceRequest;
import org.tminus.inference.InferenceResult;
import org.tminus.inference.InferenceService;
import org.tminus.inference.PlatformStatus;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.ModelRepository;
import org.tminus.model.RawInput;
import org.tminus.tensor.Shape;
import org.tminus.tensor.Tensor;

/** A model that takes text answers in the container, and what happens where nothing makes tokens. */
public class TextModelIT extends TminusTestSupport {
    private static final String TOKENIZERS = "org.tminus.native.tokenizers";

    private Path folder;
    private AdaptiveModel model;

    @Before
    public void installTheModel() throws Exception {
        folder = Files.createTempDirectory("text model");
        model = service(ModelRepository.class).install(TextModel.write(folder));
        await("the platform is ready", () -> service(PlatformStatus.class).ready());
    }

    @After
    public void removeTheModel() throws Exception {
        service(ModelRepository.class).remove(model.name(), model.version());
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    @Test
    public void textsOfDifferentLengthAreAnsweredInOneBatch() throws Exception {
        Map<String, Tensor> inputs = model.preprocessing()
                .orElseThrow()
                .apply(List.of(
                        RawInput.text("Hello"),
                        RawInput.text("worlds and more worlds, wherever"),
                        RawInput.text("moin moin world")));
        assertThat(inputs).containsOnlyKeys("input_ids", "attention_mask");
        try (InferenceResult result = service(InferenceService.class)
                .infer(InferenceRequest.builder(TextModel.NAME).inputs(inputs).build())) {
            assertThat(result.outputs().get("logits").shape()).isEqualTo(Shape.of(3, 2));
            FloatBuffer logits = result.outputs().get("logits").buffer().asFloatBuffer();
            assertThat(logits.get(0)).isGreaterThan(logits.get(1));
            assertThat(logits.get(2)).isLessThan(logits.get(3));
            assertThat(logits.get(4)).isGreaterThan(logits.get(5));
            assertThat(result.traces()).hasSize(3).allMatch(trace -> trace.fallbacks()
                    .isEmpty());
        } finally {
            inputs.values().forEach(Tensor::close);
        }
    }

    @Test
    public void aTextIsLabelledByCommand() throws Exception {
        assertThat(execute("tminus:infer tiny-text --text 'Hello there'")).contains("greeting", "final", "cpu");
        assertThat(execute("tminus:infer tiny-text --text 'world!'")).contains("place");
        assertThat(execute("tminus:models --details")).contains("takes text input");
        assertThatThrownBy(() -> execute("tminus:infer tiny-text --image nowhere.png"))
                .hasMessageContaining("does not say how an image becomes its input")
                .hasMessageContaining("--text");
    }

    @Test
    public void nativeFilesAreInTheDataFolder() throws Exception {
        execute("tminus:infer tiny-text --text hello");
        Path natives = Path.of(System.getProperty("karaf.data"), "tminus", "native");
        try (var files = Files.walk(natives)) {
            assertThat(files.map(file -> file.getFileName().toString())).anyMatch(name -> name.contains("tokenizers."));
        }
        assertThat(Path.of(System.getProperty("user.home"), ".djl.ai")).doesNotExist();
    }

    @Test
    public void withoutTheTokenizersTextIsRefusedUntilTheyReturn() throws Exception {
        Bundle tokenizers = bundleNamed(TOKENIZERS);
        String location = tokenizers.getLocation();
        // What is refreshed takes this test's own bundle with it; the framework's context stays.
        context = context.getBundle(0).getBundleContext();
        tokenizers.uninstall();
        refresh(tokenizers);
        try {
            await(
                    "the model is back",
                    () -> service(ModelRepository.class).models().size() == 1
                            && service(PlatformStatus.class).ready());
            assertThatThrownBy(() -> execute("tminus:infer tiny-text --text hello"))
                    .hasMessageContaining("tminus-tokenizers");
        } finally {
            context.installBundle(location).start();
            refresh(bundleNamed("org.tminus.models"));
        }
        await(
                "the model is back",
                () -> service(ModelRepository.class).models().size() == 1
                        && service(PlatformStatus.class).ready());
        assertThat(execute("tminus:infer tiny-text --text hello")).contains("greeting");
    }
}
