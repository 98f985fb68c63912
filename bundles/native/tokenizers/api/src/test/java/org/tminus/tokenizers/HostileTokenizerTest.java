/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tokenizers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that nobody vouches for end in an exception, never in the end of the process. */
class HostileTokenizerTest {
    private static final Pattern VALUE =
            Pattern.compile("(?<=[:,\\[{])\\s*(\"[^\"]*\"|-?[0-9.]+|true|false|null|\\{\\}|\\[\\])(?=\\s*[:,}\\]])");
    private static final List<String> OTHERS = List.of(
            "null",
            "0",
            "-1",
            "1e99",
            "\"\"",
            "[]",
            "{}",
            "true",
            "false",
            "\"BPE\"",
            "\"Unigram\"",
            "\"WordLevel\"",
            "\"Sequence\"",
            "\"ByteLevel\"",
            "\"Precompiled\"",
            "\"Left\"",
            "18446744073709551615",
            "4294967295",
            "16777215",
            "\"\\ud800\"",
            "\"hello\"",
            "\"[CLS]\"",
            "\"A\"",
            "\"B\"",
            "1",
            "2",
            "\"h e\"",
            "\" \"",
            "\"\\u0000\"");

    @ParameterizedTest
    @MethodSource("broken")
    void saysWhatIsWrong(String from, String to, String message) {
        assertThat(Samples.WORD_PIECE).contains(from);
        assertThatThrownBy(() -> Tokenizers.open(Samples.bytes(Samples.WORD_PIECE.replace(from, to)), 16))
                .isInstanceOf(TokenizerException.class)
                .hasMessageContaining(message);
    }

    static Stream<Arguments> broken() {
        return Stream.of(
                Arguments.of(
                        "\"type\":\"WordPiece\",\"unk",
                        "\"type\":\"Unigram\",\"unk",
                        "$.model is of the type 'Unigram'; models of this type are not supported, only WordPiece, WordLevel and BPE"),
                Arguments.of("\"type\":\"WordPiece\",\"unk", "\"unk", "$.model.type is missing"),
                Arguments.of(
                        "\"type\":\"BertNormalizer\"",
                        "\"type\":\"Precompiled\"",
                        "$.normalizer is of the type 'Precompiled'"),
                Arguments.of(
                        "\"type\":\"BertPreTokenizer\"", "\"type\":\"Metaspace\"", "$.pre_tokenizer is of the type"),
                Arguments.of(
                        "\"unk_token\":\"[UNK]\"",
                        "\"unk_token\":\"nowhere\"",
                        "$.model.unk_token is not in the vocabulary"),
                Arguments.of(
                        "\"world\":5", "\"world\":4", "$.model.vocab['world'] has no name, or the id of another token"),
                Arguments.of("\"world\":5", "\"world\":-5", "must be from 0 to 16777215, found -5"),
                Arguments.of("\"world\":5", "\"hello\":5", "Duplicate"),
                Arguments.of(
                        "\"max_input_chars_per_word\":100",
                        "\"max_input_chars_per_word\":100000",
                        "must be from 1 to 200"),
                Arguments.of(
                        "{\"SpecialToken\":{\"id\":\"[CLS]\"",
                        "{\"SpecialToken\":{\"id\":\"[WHO]\"",
                        "is not among the special tokens"),
                Arguments.of(
                        "{\"Sequence\":{\"id\":\"A\",\"type_id\":0}},{\"Sp",
                        "{\"Sequence\":{\"id\":\"B\",\"type_id\":0}},{\"Sp",
                        "must be one of A"),
                Arguments.of("\"ids\":[2]", "\"ids\":[]", "must have as many tokens as ids"),
                Arguments.of("\"id\":3,\"content\":\"[SEP]\"", "\"id\":2,\"content\":\"[SEP]\"", "a second meaning"),
                Arguments.of(
                        "\"truncation\":null",
                        "\"truncation\":{\"direction\":\"Left\"}",
                        "'Left', which is not supported"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "null", "[]", "{}", "{\"model\":{}}", "{\"model\":null}", "1", "\"", "{\"a\":1}{}", "\u0000"
            })
    void refusesWhatIsNoTokenizer(String json) {
        assertThatThrownBy(() -> Tokenizers.open(Samples.bytes(json), 16)).isInstanceOf(TokenizerException.class);
    }

    @Test
    void refusesDepth() {
        assertThatThrownBy(() -> Tokenizers.open(Samples.bytes("[".repeat(100_000)), 16))
                .isInstanceOf(TokenizerException.class);
    }

    @Test
    void refusesWhatMakesShortTextsLong() {
        String json = Samples.BYTE_LEVEL.replace(
                "{\"Regex\":\"\\\\s+\"},\"content\":\" \"", "{\"String\":\"a\"},\"content\":\"aa\"");
        assertThat(json).isNotEqualTo(Samples.BYTE_LEVEL);
        assertThatThrownBy(() -> Tokenizers.open(Samples.bytes(json), 16))
                .isInstanceOf(TokenizerException.class)
                .hasMessageContaining("is longer than what it replaces");
    }

    @Test
    void refusesRegularExpressionsThatItDoesNotKnow() {
        String json = Samples.BYTE_LEVEL.replace("\\\\s+", "(a+)+b");
        assertThatThrownBy(() -> Tokenizers.open(Samples.bytes(json), 16))
                .isInstanceOf(TokenizerException.class)
                .hasMessageContaining("not among the known ones");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void survivesMutations(long seed) {
        int accepted = 0;
        Random random = new Random(seed);
        for (int round = 0; round < 3000; round++) {
            String json = random.nextBoolean() ? Samples.WORD_PIECE : Samples.BYTE_LEVEL;
            int changes = 1 + random.nextInt(3);
            for (int change = 0; change < changes; change++) {
                json = random.nextInt(4) == 0 ? changeCharacters(json, random) : changeValue(json, random);
            }
            try (Tokenizer tokenizer = Tokenizers.open(Samples.bytes(json), 8)) {
                accepted++;
                for (String text : List.of("", "hello worlds", "\u65e5\u672c \ud83c\udf89 \u0000[CLS] h e")) {
                    assertThat(tokenizer.encode(text).length()).isBetween(0, 8);
                }
            } catch (TokenizerException e) {
                assertThat(e.getMessage()).isNotBlank();
            }
        }
        // Otherwise the library itself was never reached.
        assertThat(accepted).isBetween(100, 2950);
    }

    private static String changeCharacters(String json, Random random) {
        int at = random.nextInt(json.length());
        int end = Math.min(json.length(), at + random.nextInt(4));
        return json.substring(0, at)
                + (random.nextBoolean() ? "" : (char) (32 + random.nextInt(95)))
                + json.substring(end);
    }

    private static String changeValue(String json, Random random) {
        List<int[]> places = new ArrayList<>();
        Matcher matcher = VALUE.matcher(json);
        while (matcher.find()) {
            places.add(new int[] {matcher.start(1), matcher.end(1)});
        }
        if (places.isEmpty()) {
            return json;
        }
        int[] place = places.get(random.nextInt(places.size()));
        return json.substring(0, place[0]) + OTHERS.get(random.nextInt(OTHERS.size())) + json.substring(place[1]);
    }
}
