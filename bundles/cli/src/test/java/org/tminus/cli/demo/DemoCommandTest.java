/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tminus.cli.container.Folders;
import picocli.CommandLine;

class DemoCommandTest {

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
    void theReportIsPrintedAndWrittenWithTheMemoryOfEachRow() throws IOException {
        FakeDistribution.write(distribution, FakeDistribution.ANSWERS.replace("FAILED", "0"));
        Path json = folder.resolve("figures of the demo.json");

        int status = demo("--json", json.toString(), "--images", "4");

        assertThat(status).as(err.toString()).isZero();
        JsonNode rows = new ObjectMapper().readTree(json.toFile()).get("rows");
        assertThat(rows.get(0).get("peakMemoryMiB").doubleValue()).isEqualTo(12.5);
        assertThat(rows.get(1).get("peakMemoryMiB").doubleValue()).isEqualTo(20.5);
        assertThat(out.toString()).contains("20.5").contains("0 failed requests");
        assertThat(target()).isEmpty();
    }

    @Test
    void failedRequestsFailTheDemo() throws IOException {
        FakeDistribution.write(distribution, FakeDistribution.ANSWERS.replace("FAILED", "3"));

        assertThat(demo("--skip-memory")).isEqualTo(1);
        assertThat(err.toString()).contains("3 requests failed");
        assertThat(target()).isEmpty();
    }

    @Test
    void theModelIsDeployedAndTheWorkFolderKeptIfAsked() throws IOException {
        FakeDistribution.write(distribution, FakeDistribution.ANSWERS.replace("FAILED", "0"));

        assertThat(demo("--skip-memory", "--keep")).isZero();

        Path work = target().findFirst().orElseThrow();
        assertThat(err.toString()).contains(work.toString());
        assertThat(work.resolve("deployed.txt")).content().contains("fashion-vit.tminus");
    }

    @Test
    void aFailureInTheContainerIsToldAndItsLogKept() throws IOException {
        FakeDistribution.write(
                distribution,
                """
                echo '{"failure":"no such model","report":null,"plans":[],"peakMemoryMiB":null}' > "$work/outcome.json"
                exec sleep 100
                """);

        assertThat(demo()).isEqualTo(1);
        assertThat(err.toString()).contains("no such model").contains("tminus-demo.log");
        assertThat(home.resolve("target/tminus-demo.log")).content().contains("a line of the log");
        assertThat(target().map(Path::getFileName).map(Path::toString)).containsExactly("tminus-demo.log");
    }

    @Test
    void aContainerThatEndsEarlyIsToldAndItsLogKept() throws IOException {
        FakeDistribution.write(distribution, "echo 'cannot start'; exit 7");

        assertThat(demo()).isEqualTo(1);
        assertThat(err.toString()).contains("ended while it started, with exit status 7");
        assertThat(home.resolve("target/tminus-demo.log")).content().contains("cannot start");
    }

    @Test
    void leftoversOfAKilledDemoAreRemoved() throws IOException {
        FakeDistribution.write(distribution, FakeDistribution.ANSWERS.replace("FAILED", "0"));
        long nobody =
                ProcessHandle.allProcesses().mapToLong(ProcessHandle::pid).max().orElse(1) + 100_000_000L;
        Files.createDirectories(home.resolve("target/demo-" + nobody + "/compare"));
        Files.createDirectories(home.resolve("target/demo-notes"));

        assertThat(demo("--skip-memory")).isZero();

        assertThat(target().map(Path::getFileName).map(Path::toString)).containsExactly("demo-notes");
    }

    @Test
    void whatIsMissingIsTold() throws IOException {
        assertThat(demo()).isEqualTo(1);
        assertThat(err.toString()).contains("tminus-1.zip");

        assertThat(demo("--model", folder.resolve("none.tminus").toString())).isEqualTo(1);
        assertThat(err.toString()).contains("none.tminus");

        assertThat(demo("--images", "0")).isEqualTo(1);
        assertThat(err.toString()).contains("--images must be at least 1");
    }

    @Test
    void anArchiveCannotWriteOutsideItsFolder() throws IOException {
        Path zip = folder.resolve("evil.zip");
        FakeDistribution.writeZip(zip, Map.of("top/../../outside.txt", "x"));

        assertThatIOException()
                .isThrownBy(() -> Folders.unpack(zip, folder.resolve("inside")))
                .withMessageContaining("outside of itself");
        assertThat(folder.resolve("outside.txt")).doesNotExist();
    }

    private int demo(String... arguments) {
        return new CommandLine(new DemoCommand())
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
