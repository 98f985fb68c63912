/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class GivenCommandTest {
    @Test
    void relativePathsStayAsTheyWereGiven() {
        assertThat(GivenCommand.of(List.of(
                        "evaluate",
                        "models/tiny.tminus",
                        "--static=../other/static",
                        "--transfer",
                        "./a.tminus",
                        "--no-memory")))
                .isEqualTo(
                        "./tminus evaluate models/tiny.tminus --static=../other/static --transfer ./a.tminus --no-memory");
    }

    @Test
    void whatAShellWouldTakeApartIsQuoted() {
        assertThat(GivenCommand.of(List.of("evaluate", "my models/it's $HOME.tminus", "--json=a b.json", "")))
                .isEqualTo("./tminus evaluate 'my models/it'\\''s $HOME.tminus' '--json=a b.json' ''");
    }

    @Test
    void ofAbsolutePathsOnlyTheNameIsLeftAndThatIsSaid() {
        assertThat(GivenCommand.of(List.of(
                        "evaluate",
                        "/home/someone/m.tminus",
                        "--html=/tmp/r/",
                        "--data",
                        "C:\\data\\x.csv",
                        "--seed",
                        "2")))
                .isEqualTo("./tminus evaluate m.tminus --html=r --data x.csv --seed 2"
                        + "  # given with their folders, left out here: m.tminus, r, x.csv");
    }
}
