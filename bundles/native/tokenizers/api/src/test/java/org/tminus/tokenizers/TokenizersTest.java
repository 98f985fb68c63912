/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tokenizers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenizersTest {
    private static Tokenizer open(String json, int maximumLength) {
        return Tokenizers.open(Samples.bytes(json), maximumLength);
    }

    @Test
    void splitsWords() {
        try (Tokenizer tokenizer = open(Samples.WORD_PIECE, 16)) {
            Encoding encoding = tokenizer.encode("Hello  worlds, hello!");

            assertThat(encoding.ids()).containsExactly(2, 4, 5, 6, 1, 4, 10, 3);
            assertThat(encoding.attentionMask()).containsExactly(1, 1, 1, 1, 1, 1, 1, 1);
            assertThat(encoding.typeIds()).containsOnly(0).hasSize(8);
            assertThat(encoding.length()).isEqualTo(8);
            assertThat(tokenizer.paddingId()).isZero();
        }
    }

    @Test
    void splitsBytes() {
        try (Tokenizer tokenizer = open(Samples.BYTE_LEVEL, 16)) {
            assertThat(tokenizer.encode("hello \t hello").ids()).containsExactly(0, 13, 13, 2);
            assertThat(tokenizer.encode("hole").ids()).containsExactly(0, 12, 4, 7, 6, 5, 2);
            assertThat(tokenizer.paddingId()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'', 2 3",
        "'   ', 2 3",
        "'\u0000', 2 3",
        "'日本', 2 8 9 3",
        "'日本!', 2 8 9 10 3",
        "'\ud83c\udf89', 2 1 3",
        "'\ud800', 2 3",
        "'[SEP]', 2 3 3",
        "'gro\u00dfe', 2 7 3"
    })
    void takesAnyText(String text, String ids) {
        try (Tokenizer tokenizer = open(Samples.WORD_PIECE, 16)) {
            List<String> found = new ArrayList<>();
            for (long id : tokenizer.encode(text).ids()) {
                found.add(Long.toString(id));
            }
            if (text.equals("\ud800")) {
                assertThat(found).startsWith("2").endsWith("3");
            } else {
                assertThat(String.join(" ", found)).isEqualTo(ids);
            }
        }
    }

    @Test
    void cutsLongTexts() {
        try (Tokenizer tokenizer = open(Samples.WORD_PIECE, 5)) {
            assertThat(tokenizer.encode("hello ".repeat(40_000)).ids()).containsExactly(2, 4, 4, 4, 3);
            assertThat(tokenizer.encode("x".repeat(Tokenizer.LONGEST_TEXT)).ids())
                    .containsExactly(2, 1, 3);
            assertThatThrownBy(() -> tokenizer.encode("x".repeat(Tokenizer.LONGEST_TEXT + 1)))
                    .isInstanceOf(TokenizerException.class)
                    .hasMessage("The text has 262145 characters, more than 262144.");
        }
    }

    @ParameterizedTest
    @CsvSource({"0, at least 1", "1, leaves no room", "2, '2 stand around it'"})
    void wantsRoomForAText(int maximumLength, String message) {
        assertThatThrownBy(() -> open(Samples.WORD_PIECE, maximumLength))
                .isInstanceOf(TokenizerException.class)
                .hasMessageContaining(message);
    }

    @Test
    void settingsOfTheFileForLengthDoNotCount() {
        String json = Samples.WORD_PIECE
                .replace(
                        "\"truncation\":null",
                        "\"truncation\":{\"direction\":\"Right\",\"max_length\":3,\"strategy\":\"LongestFirst\",\"stride\":0}")
                .replace(
                        "\"padding\":null",
                        "\"padding\":{\"strategy\":{\"Fixed\":9},\"direction\":\"Right\",\"pad_id\":0,\"pad_type_id\":0,\"pad_token\":\"[PAD]\"}");
        try (Tokenizer tokenizer = open(json, 16)) {
            assertThat(tokenizer.encode("hello world hello").ids()).containsExactly(2, 4, 5, 4, 3);
        }
    }

    @Test
    void manyThreadsGetTheSameAsOne() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try (Tokenizer tokenizer = open(Samples.BYTE_LEVEL, 64)) {
            List<Future<Boolean>> results = new ArrayList<>();
            for (int thread = 0; thread < 4; thread++) {
                results.add(threads.submit(() -> {
                    boolean same = true;
                    for (int round = 0; round < 2000; round++) {
                        int words = round % 20;
                        long[] ids =
                                tokenizer.encode("hello ".repeat(words).strip()).ids();
                        same &= ids.length == words + 2 && (words == 0 || ids[words] == 13);
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

    @Test
    void closingWhileOthersEncodeIsSafe() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            for (int round = 0; round < 50; round++) {
                Tokenizer tokenizer = open(Samples.WORD_PIECE, 16);
                List<Future<?>> results = new ArrayList<>();
                for (int thread = 0; thread < 2; thread++) {
                    results.add(threads.submit(() -> {
                        try {
                            while (true) {
                                tokenizer.encode("hello world");
                            }
                        } catch (IllegalStateException e) {
                            // It was closed, as it must be seen.
                        }
                    }));
                }
                tokenizer.close();
                tokenizer.close();
                for (Future<?> result : results) {
                    result.get();
                }
                assertThatIllegalStateException().isThrownBy(() -> tokenizer.encode("hello"));
            }
        } finally {
            threads.shutdownNow();
        }
    }
}
