/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.cli.storm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tminus.cli.demo.FakeDistribution;
import picocli.CommandLine;

class StormCommandTest {
    private static final String ANSWER =
            """
            printf '0.5\\thalf\\n' > "$work/progress.txt"
            cp "$base/etc/org.apache.karaf.features.cfg" "$base/../features.txt"
            cat > "$work/outcome.part" <<END
            {"failure":null,"report":{"requests":7,"failedRequests":0,"wrongAnswers":0,"fallbacks":1,"timedOut":0,"abandoned":1,
              "swaps":{"policy":1,"predictor":2,"backend":3,"model":4},"faults":2,"p50QuietMs":1,"p99QuietMs":2,"p50StormMs":3,"p99StormMs":4,
              "leaks":{"classLoaders":0,"threads":0,"sessions":0,"files":0},"brokenPromises":[BROKEN],
              "load":{"threads":16,"cancelled":1,"checkedRows":9,"quietRequests":5,"requestsPerSecond":6,"retries":0,"longestStormMs":8},
              "fallbacksBySwap":{"away":0,"goingAway":0,"quarantine":0,"unexplained":0},
              "swapping":{"perSecond":5,"failed":0,"byAction":{},"badModelUpdates":2,"badModelUpdatesServed":0,"uninterruptibleHangs":1},
              "faultsByKind":{},"memory":{"heapBefore":1,"heapAfter":1,"residentBefore":1,"residentAfter":1},"leakDetails":[],"samples":[],
              "platformCounters":{},"minutes":1,"seed":3,"machine":"m"}}
            END
            mv "$work/outcome.part" "$work/outcome.json"
            """;

    @TempDir
    Path folder;

    private Path home = Path.of("");
    private Path distribution = Path.of("");
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void makeAProject() throws IOException {
        home = folder.resolve("a project");
        distribution = home.resolve("built/tminus-1.zip");
        FakeDistribution.writeModel(home.resolve("models/fashion-vit.tminus"));
        Files.createDirectories(home.resolve("models/data/fashion-mnist"));
        System.setProperty("tminus.home", home.toString());
        System.setProperty(
                "tminus.distribution", home.resolve("built/tminus-1.tar.gz").toString());
    }

    @AfterEach
    void forgetTheProject() {
        System.clearProperty("tminus.home");
        System.clearProperty("tminus.distribution");
    }

    @Test
    void theFiguresArePrintedAndWrittenAndNothingIsLeftBehind() throws IOException {
        FakeDistribution.write(distribution, ANSWER.replace("BROKEN", ""));
        Path json = folder.resolve("figures.json");

        int status = storm("--minutes", "1", "--json", json.toString(), "--seed", "3");

        assertThat(status).as(err.toString()).isZero();
        JsonNode figures = new ObjectMapper().readTree(json.toFile());
        assertThat(figures.path("requests").longValue()).isEqualTo(7);
        assertThat(figures.path("leaks").path("classLoaders").longValue()).isZero();
        assertThat(out.toString()).contains("Every promise was kept");
        assertThat(target()).isEmpty();
    }

    @Test
    void theFeatureIsInstalledAtTheStart() throws IOException {
        FakeDistribution.write(distribution, ANSWER.replace("BROKEN", ""));

        assertThat(storm("--minutes", "1", "--keep")).isZero();

        Path work = target().findFirst().orElseThrow();
        assertThat(work.resolve("features.txt")).content().contains("tminus-storm");
    }

    @Test
    void eachBrokenPromiseIsTold() throws IOException {
        FakeDistribution.write(distribution, ANSWER.replace("BROKEN", "\"3 requests had no answer.\""));

        assertThat(storm("--minutes", "1")).isEqualTo(1);
        assertThat(err.toString()).contains("broken: 3 requests had no answer.");
        assertThat(target()).isEmpty();
    }

    @Test
    void aStormThatCannotBeMadeIsToldAndItsLogKept() throws IOException {
        FakeDistribution.write(
                distribution, "echo '{\"failure\":\"no such model\",\"report\":null}' > \"$work/outcome.json\"\n");

        assertThat(storm("--minutes", "1")).isEqualTo(1);
        assertThat(err.toString()).contains("no such model").contains("tminus-storm.log");
    }

    @Test
    void whatCannotBeUsedIsTold() throws IOException {
        FakeDistribution.write(distribution, ANSWER);

        assertThat(storm("--minutes", "0")).isEqualTo(1);
        assertThat(err.toString()).contains("--minutes must be between");
        assertThat(storm("--json", folder.toString())).isEqualTo(1);
        assertThat(err.toString()).contains("is a folder");
    }

    private int storm(String... arguments) {
        return new CommandLine(new StormCommand())
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    command.getErr().println(failure.getMessage());
                    return 1;
                })
                .execute(arguments);
    }

    private Stream<Path> target() throws IOException {
        Path target = home.resolve("target");
        if (!Files.exists(target)) {
            return Stream.empty();
        }
        try (Stream<Path> files = Files.list(target)) {
            return files.toList().stream();
        }
    }
}
