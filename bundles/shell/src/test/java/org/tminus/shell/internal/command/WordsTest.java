/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.shell.internal.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tminus.shell.internal.report.CommandFailure;

class WordsTest {
    private final List<String> seen = new ArrayList<>();
    private final Words words =
            new Words().option("--model", value -> seen.add("model " + value)).flag("--json", () -> seen.add("json"));

    @Test
    void optionsMayFollowTheArgument() throws Exception {
        assertThat(words.read(List.of("budget", "--model", "pets", "--json"), 1))
                .containsExactly("budget");
        assertThat(words.read(List.of("--model=a=b", "budget"), 1)).containsExactly("budget");
        assertThat(seen).containsExactly("model pets", "json", "model a=b");
        assertThat(words.read(List.of(), 1)).isEmpty();
    }

    @Test
    void mistakesAreNamed() {
        assertThatThrownBy(() -> words.read(List.of("budget", "--modle", "pets"), 1))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContainingAll("--modle", "--model, --json");
        assertThatThrownBy(() -> words.read(List.of("budget", "--model"), 1)).hasMessageContaining("has no value");
        assertThatThrownBy(() -> words.read(List.of("budget", "pets"), 1)).hasMessageContaining("'pets'");
        assertThatThrownBy(() -> Words.whole("--index", "1.5")).hasMessageContaining("'1.5'");
        assertThatThrownBy(() -> Words.number("--budget", "half")).hasMessageContaining("'half'");
    }
}
