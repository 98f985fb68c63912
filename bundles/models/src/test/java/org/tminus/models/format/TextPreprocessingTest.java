/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.models.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tminus.failure.InvalidRequestException;
import org.tminus.failure.ModelFormatException;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.Preprocessing;
import org.tminus.model.RawInput;
import org.tminus.models.SampleModel;
import org.tminus.tensor.ElementType;
import org.tminus.tensor.Shape;
import org.tminus.tensor.Tensor;

class TextPreprocessingTest {
    /** [PAD] 7, [UNK] 1, [CLS] 2, [SEP] 3, hello 4, world 5, ##s 6. */
    private static final String TOKENIZER =
            """
            {"version":"1.0","added_tokens":[],
             "normalizer":{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":null,"lowercase":true},
             "pre_tokenizer":{"type":"BertPreTokenizer"},
             "post_processor":{"type":"TemplateProcessing",
              "single":[{"SpecialToken":{"id":"[CLS]","type_id":0}},{"Sequence":{"id":"A","type_id":0}},{"SpecialToken":{"id":"[SEP]","type_id":0}}],
              "pair":[],"special_tokens":{"[CLS]":{"id":"[CLS]","ids":[2],"tokens":["[CLS]"]},"[SEP]":{"id":"[SEP]","ids":[3],"tokens":["[SEP]"]}}},
             "model":{"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"##","max_input_chars_per_word":100,
              "vocab":{"[PAD]":7,"[UNK]":1,"[CLS]":2,"[SEP]":3,"hello":4,"world":5,"##s":6}}}
            """;

    private static final String PREPROCESSING =
            "{\"kind\": \"text\", \"tokenizer\": \"tokenizer.json\", \"maximumLength\": 8,"
                    + " \"inputs\": {\"ids\": \"input_ids\", \"mask\": \"attention_mask\", \"types\": \"token_type_ids\"}}";

    private static final String SIGNATURE =
            """
            {"inputs": [{"name": "input_ids", "type": "int64", "shape": ["batch", "length"]},
                        {"name": "attention_mask", "type": "int64", "shape": ["batch", "length"]},
                        {"name": "token_type_ids", "type": "int32", "shape": ["batch", "length"]}],
             "outputs": [{"name": "logits", "type": "float32", "shape": ["batch", 3]}],
             "sequence": {"input": "input_ids", "dimension": 1, "maximum": 16}}
            """;

    @TempDir
    Path temp;

    private Path folder;

    @BeforeEach
    void makeFolder() throws IOException {
        folder = SampleModel.of("sample", "1.0.0")
                .change(root -> {
                    root.set("signature", SampleModel.json(SIGNATURE));
                    ((ObjectNode) root.at("/hidden")).set("shape", SampleModel.json("[\"batch\", \"length\", 4]"));
                    ((ObjectNode) root.at("/predictor")).put("features", "tokens-v1");
                })
                .folder(temp.resolve("folder"));
        write("tokenizer.json", TOKENIZER);
        write("preprocessing.json", PREPROCESSING);
        write("golden.json", golden("Hello worlds", 2, 4, 5, 6, 3));
    }

    private void write(String file, String text) throws IOException {
        Files.writeString(folder.resolve(file), text);
    }

    private static String golden(String text, long... ids) {
        return "{\"vectors\": [{\"text\": \"" + text + "\", \"inputs\": {\"input_ids\": " + longs(ids)
                + ", \"attention_mask\": "
                + longs(Arrays.stream(ids).map(id -> 1).toArray())
                + ", \"token_type_ids\": {\"shape\": [1, " + ids.length + "], \"base64\": \""
                + Base64.getEncoder().encodeToString(new byte[4 * ids.length])
                + "\"}}, \"outputs\": {\"logits\": {\"shape\": [1, 3], \"base64\": \"" + SampleModel.floats(0, 1, 2)
                + "\"}}, \"tolerance\": 0}]}";
    }

    private static String longs(long... values) {
        ByteBuffer buffer = ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (long value : values) {
            buffer.putLong(value);
        }
        return "{\"shape\": [1, " + values.length + "], \"base64\": \""
                + Base64.getEncoder().encodeToString(buffer.array()) + "\"}";
    }

    private AdaptiveModel install() throws ModelFormatException {
        ModelPackage.pack(folder, temp.resolve("file.tminus"));
        try (ModelPackage open = ModelPackage.open(temp.resolve("file.tminus"))) {
            return open.extract(temp.resolve("out"));
        }
    }

    private static long[] values(Tensor tensor) {
        List<Long> values = new ArrayList<>();
        ByteBuffer buffer = tensor.buffer();
        while (buffer.hasRemaining()) {
            values.add(tensor.elementType().equals(ElementType.INT64) ? buffer.getLong() : (long) buffer.getInt());
        }
        return values.stream().mapToLong(Long::longValue).toArray();
    }

    @Test
    void aBatchIsFilledUpToItsLongest() throws Exception {
        Preprocessing preprocessing = install().preprocessing().orElseThrow();

        assertThat(preprocessing.kind()).isEqualTo("text");
        Map<String, Tensor> made =
                preprocessing.apply(List.of(RawInput.text("hello"), RawInput.text(""), RawInput.text("World, worlds")));
        assertThat(made).containsOnlyKeys("input_ids", "attention_mask", "token_type_ids");
        assertThat(made.get("input_ids").shape()).isEqualTo(Shape.of(3, 6));
        assertThat(values(made.get("input_ids"))).containsExactly(2, 4, 3, 7, 7, 7, 2, 3, 7, 7, 7, 7, 2, 5, 1, 5, 6, 3);
        assertThat(values(made.get("attention_mask")))
                .containsExactly(1, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1);
        assertThat(made.get("token_type_ids").elementType()).isEqualTo(ElementType.INT32);
        assertThat(values(made.get("token_type_ids"))).containsOnly(0).hasSize(18);
        Map<String, Tensor> alone = preprocessing.apply(List.of(RawInput.text("hello")));
        assertThat(alone.get("input_ids").shape()).isEqualTo(Shape.of(1, 3));
    }

    @Test
    void longTextsAreCutAndTooLongOnesRefused() throws Exception {
        Preprocessing preprocessing = install().preprocessing().orElseThrow();

        Map<String, Tensor> made = preprocessing.apply(List.of(RawInput.text("hello ".repeat(10_000))));
        assertThat(values(made.get("input_ids"))).containsExactly(2, 4, 4, 4, 4, 4, 4, 3);
        assertThatThrownBy(() -> preprocessing.apply(List.of(RawInput.text("x".repeat(300_000)))))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("Text 0 cannot be prepared: The text has 300000 characters");
        assertThatThrownBy(() -> preprocessing.apply(List.of(RawInput.image(1, 1, 1, new byte[1]))))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("is of kind image, the model takes text");
        assertThatThrownBy(() -> preprocessing.apply(List.of())).isInstanceOf(InvalidRequestException.class);
    }

    @Test
    void trainingReadsTheSameFromAFolder() throws Exception {
        Preprocessing preprocessing = ModelPackage.preprocessing(
                folder.resolve("preprocessing.json"), install().signature());

        assertThat(values(preprocessing.apply(List.of(RawInput.text("hello"))).get("input_ids")))
                .containsExactly(2, 4, 3);
    }

    @Test
    void aModelOfFixedLengthGetsRowsOfThatLength() throws Exception {
        Path json = folder.resolve("model.json");
        ObjectNode description = (ObjectNode) SampleModel.json(Files.readString(json));
        ((ObjectNode) description.get("signature")).remove("sequence");
        ((ObjectNode) description.get("hidden")).set("shape", SampleModel.json("[\"batch\", 8, 4]"));
        Files.writeString(json, description.toString().replace("[\"batch\",\"length\"]", "[\"batch\",8]"));
        Files.delete(folder.resolve("golden.json"));

        Map<String, Tensor> made = install().preprocessing().orElseThrow().apply(List.of(RawInput.text("hello")));
        assertThat(values(made.get("input_ids"))).containsExactly(2, 4, 3, 7, 7, 7, 7, 7);
        write("preprocessing.json", PREPROCESSING.replace("\"maximumLength\": 8", "\"maximumLength\": 9"));
        assertThatThrownBy(this::install).hasMessageContaining("$.maximumLength must be 8");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"maximumLength\": 8 | \"maximumLength\": 2 | leaves no room for a text",
                "\"maximumLength\": 8 | \"maximumLength\": 17 | is 17, but the model takes 16 at most",
                "\"maximumLength\": 8 | \"maximumLength\": 0 | $.maximumLength must be from 1",
                "\"tokenizer.json\" | \"other.json\" | $.tokenizer must be one of tokenizer.json",
                "\"ids\": \"input_ids\" | \"ids\": \"pixels\" | which is no input of the model",
                "\"ids\": \"input_ids\" | \"ids\": \"attention_mask\" | names an input of the model twice",
                ", \"types\": \"token_type_ids\" | '' | must also name 'token_type_ids'",
                "\"types\" | \"kinds\" | $.inputs.kinds is not known",
                "\"text\" | \"audio\" | it knows 'image' and 'text'"
            })
    void wrongPreprocessingIsRefused(String from, String to, String message) throws Exception {
        assertThat(PREPROCESSING).contains(from);
        write("preprocessing.json", PREPROCESSING.replace(from, to));
        assertThatThrownBy(this::install)
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContaining(message);
    }

    @Test
    void aTokenizerThatIsMissingOrWrongIsRefused() throws Exception {
        write("tokenizer.json", TOKENIZER.replace("\"WordPiece\"", "\"Unigram\""));
        assertThatThrownBy(this::install)
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContaining("tokenizer.json: $.model is of the type 'Unigram'");
        Files.delete(folder.resolve("tokenizer.json"));
        assertThatThrownBy(this::install)
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContaining("names tokenizer.json, which is missing");
    }

    @Test
    void goldenVectorsMustAgree() throws Exception {
        write("golden.json", golden("Hello worlds", 2, 4, 5, 1, 3));
        assertThatThrownBy(this::install)
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContaining(
                        "input_ids differs from what preprocessing gives: element 3 is 1 in the file and 6");
        write("golden.json", golden("Hello worlds", 2, 4, 5, 3));
        assertThatThrownBy(this::install).hasMessageContaining("has 32 bytes, but preprocessing gives 40");
        write("golden.json", golden("hello", 2, 4, 3).replace("\"text\"", "\"image\": {}, \"text\""));
        assertThatThrownBy(this::install).hasMessageContaining("stands beside an image");
        write(
                "golden.json",
                golden("hello", 2, 4, 3)
                        .replace(
                                "\"text\": \"hello\"",
                                "\"image\": {\"width\": 1, \"height\": 1, \"channels\": 1, \"pixels\": \"AA==\"}"));
        assertThatThrownBy(this::install).hasMessageContaining("is of another kind than preprocessing takes");
        Files.delete(folder.resolve("preprocessing.json"));
        write("golden.json", golden("hello", 2, 4, 3));
        assertThatThrownBy(this::install).hasMessageContaining("needs preprocessing.json");
    }

    @Test
    void manyThreadsMayPrepareAtOnce() throws Exception {
        Preprocessing preprocessing = install().preprocessing().orElseThrow();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<Boolean>> results = new ArrayList<>();
            for (int thread = 0; thread < 4; thread++) {
                results.add(threads.submit(() -> {
                    boolean same = true;
                    for (int round = 0; round < 500; round++) {
                        int words = round % 6;
                        long[] ids = values(preprocessing
                                .apply(List.of(RawInput.text("hello ".repeat(words))))
                                .get("input_ids"));
                        same &= ids.length == words + 2 && ids[words + 1] == 3;
                    }
                    return same;
                }));
            }
            for (Future<Boolean> result : results) {
                assertThat(result.get()).isTrue();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    /** As in a container that has this bundle alone: the classes are there, those of the tokenizers are not. */
    @Test
    void withoutTheTokenizersAModelIsReadAndTextRefused() throws Exception {
        ModelPackage.pack(folder, temp.resolve("file.tminus"));
        String[] path = System.getProperty("java.class.path").split(java.io.File.pathSeparator);
        List<URL> urls = new ArrayList<>();
        for (String entry : path) {
            if (!entry.contains("tokenizers")) {
                urls.add(Path.of(entry).toUri().toURL());
            }
        }
        try (URLClassLoader alone =
                new URLClassLoader(urls.toArray(new URL[0]), ClassLoader.getPlatformClassLoader())) {
            Class<?> packages = alone.loadClass(ModelPackage.class.getName());
            Object open = packages.getMethod("open", Path.class).invoke(null, temp.resolve("file.tminus"));
            Object model = packages.getMethod("extract", Path.class).invoke(open, temp.resolve("out"));
            packages.getMethod("close").invoke(open);
            Class<?> raw = alone.loadClass(RawInput.class.getName());
            Object text = raw.getMethod("text", String.class).invoke(null, "hello");
            Object preprocessing = ((java.util.Optional<?>) alone.loadClass(AdaptiveModel.class.getName())
                            .getMethod("preprocessing")
                            .invoke(model))
                    .orElseThrow();
            Class<?> type = alone.loadClass(Preprocessing.class.getName());
            assertThat(type.getMethod("kind").invoke(preprocessing)).isEqualTo("text");
            assertThatThrownBy(() -> type.getMethod("apply", List.class).invoke(preprocessing, List.of(text)))
                    .cause()
                    .hasMessageContaining("the feature tminus-tokenizers is not installed");
        }
    }
}
