/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.storm.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tminus.storm.StormReport;
import org.tminus.storm.StormReport.Leaks;
import org.tminus.storm.StormReport.Load;
import org.tminus.storm.StormReport.Memory;
import org.tminus.storm.StormReport.SwapFallbacks;
import org.tminus.storm.StormReport.Swapping;
import org.tminus.storm.StormReport.Swaps;

class PromisesTest {
    private static final Leaks NONE = new Leaks(0, 0, 0, 0);
    private static final Swaps SOME = new Swaps(1, 2, 3, 4);
    private static final Memory FLAT = new Memory(100, 101, 300, 310);

    @Test
    void aStormInWhichNothingWentWrongBreaksNoPromise() {
        assertThat(Promises.broken(report(0, 0, 5, 5, 2, 2, SOME, NONE, FLAT))).isEmpty();
    }

    @Test
    void eachBrokenPromiseIsASentence() {
        assertThat(Promises.broken(report(1, 0, 5, 5, 2, 2, SOME, NONE, FLAT)))
                .singleElement()
                .asString()
                .contains("no answer");
        assertThat(Promises.broken(report(0, 3, 5, 5, 2, 2, SOME, NONE, FLAT)))
                .singleElement()
                .asString()
                .contains("3 answers");
        assertThat(Promises.broken(report(0, 0, 6, 5, 2, 2, SOME, NONE, FLAT)))
                .singleElement()
                .asString()
                .contains("6 fall-backs for 5 faults");
        assertThat(Promises.broken(report(0, 0, 5, 5, 3, 2, SOME, NONE, FLAT)))
                .singleElement()
                .asString()
                .contains("3 calls were abandoned");
        assertThat(Promises.broken(report(0, 0, 5, 5, 2, 2, SOME, new Leaks(1, 2, 3, 4), FLAT)))
                .hasSize(4);
        assertThat(Promises.broken(report(0, 0, 5, 5, 2, 2, SOME, NONE, new Memory(100, 160, 0, 0))))
                .singleElement()
                .asString()
                .contains("60.0 MiB");
    }

    @Test
    void aStormThatDidNotBlowProvesNothing() {
        assertThat(Promises.broken(report(0, 0, 0, 0, 0, 0, new Swaps(1, 1, 0, 1), NONE, FLAT)))
                .singleElement()
                .asString()
                .contains("no storm");
    }

    @Test
    void theJsonHasTheNamesOfTheContract() throws Exception {
        ObjectMapper mapper = new ObjectMapper();

        JsonNode json = mapper.valueToTree(report(1, 2, 3, 4, 5, 6, SOME, new Leaks(7, 8, 9, 10), FLAT));

        for (String name : List.of(
                "requests",
                "failedRequests",
                "wrongAnswers",
                "fallbacks",
                "timedOut",
                "abandoned",
                "faults",
                "p50QuietMs",
                "p99QuietMs",
                "p50StormMs",
                "p99StormMs")) {
            assertThat(json.path(name).isNumber()).as(name).isTrue();
        }
        for (String name : List.of("policy", "predictor", "backend", "model")) {
            assertThat(json.path("swaps").path(name).isNumber()).as(name).isTrue();
        }
        for (String name : List.of("classLoaders", "threads", "sessions", "files")) {
            assertThat(json.path("leaks").path(name).isNumber()).as(name).isTrue();
        }
        assertThat(mapper.readValue(json.toString(), StormReport.class).leaks()).isEqualTo(new Leaks(7, 8, 9, 10));
    }

    private static StormReport report(
            long failed,
            long wrong,
            long fallbacks,
            long faults,
            long abandoned,
            long hangs,
            Swaps swaps,
            Leaks leaks,
            Memory memory) {
        return new StormReport(
                100,
                failed,
                wrong,
                fallbacks,
                0,
                abandoned,
                swaps,
                faults,
                1,
                2,
                3,
                4,
                leaks,
                List.of(),
                new Load(16, 1, 100, 100, 10, 0, 5),
                new SwapFallbacks(0, 0, 0, 0),
                new Swapping(5, 0, Map.of(), 2, 0, hangs),
                Map.of(),
                memory,
                List.of(),
                List.of(),
                Map.of(),
                1,
                1,
                "m");
    }
}
