/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.adapt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenTablesTest {
    private static final Path FILE = Path.of("tokenizer.json");

    private static byte[] tokens(long count) {
        return ("{\"model\": {\"vocab\": {\"first\": 0, \"last\": " + (count - 1) + "}}}").getBytes(UTF_8);
    }

    @ParameterizedTest
    @CsvSource({
        "30522, 30522",
        // rounded up to multiples of 8, 64 and 128
        "250002, 250008",
        "30522, 30528",
        "30522, 30592",
        "50280, 50368",
        "30, 128",
        // with more to spare
        "50295, 51200"
    })
    void paddingIsUsual(long tokens, long rows) throws Exception {
        assertThat(TokenTables.check(tokens(tokens), rows, FILE)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"30522, 119547", "28996, 30522", "30, 200", "50257, 128256"})
    void farTooFewTokensAreSaid(long tokens, long rows) throws Exception {
        List<String> warnings = TokenTables.check(tokens(tokens), rows, FILE);
        assertThat(warnings).hasSize(1);
        assertThat(warnings.get(0))
                .contains("tokenizer.json", tokens + " tokens", rows + " rows", "another model", "--tokenizer");
    }

    @Test
    void tokensBeyondTheTableAreAnError() {
        assertThatThrownBy(() -> TokenTables.check(tokens(11), 10, FILE))
                .isInstanceOf(AdaptException.class)
                .hasMessageContainingAll("another model", "--tokenizer");
    }

    @Test
    void aTokenizerThatDoesNotSayIsLeftToOthers() throws Exception {
        assertThat(TokenTables.check("{}".getBytes(UTF_8), 1000, FILE)).isEmpty();
    }
}
