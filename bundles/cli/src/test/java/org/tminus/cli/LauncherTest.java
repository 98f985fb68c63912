/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher {@code ./tminus}, in a small project of its own, with scripts in the place of Java and Maven. */
class LauncherTest {

    private static final String JAVA =
            """
            #!/bin/sh
            case $1 in
              -XshowSettings*)
                echo "    java.home = $FAKE_HOME"
                echo "    java.specification.version = ${FAKE_JAVA-17}"
                exit 0 ;;
            esac
            echo "java: $*"
            exit 7
            """;

    private static final String MAVEN =
            """
            #!/bin/sh
            if [ "$1" = -v ]; then echo "Apache Maven ${FAKE_MAVEN-3.9.1} (abc)"; exit 0; fi
            echo "[INFO] Building Something 1.0 [1/1]"
            if [ -n "${FAKE_FAILURE-}" ]; then echo "[ERROR] $FAKE_FAILURE"; exit 1; fi
            echo "$(basename "$0") $*" >> "$FAKE_CALLS"
            mkdir -p bundles/cli/target
            touch bundles/cli/target/org.tminus.cli-9.9.9.jar
            """;

    @TempDir
    Path folder;

    private Path project;
    private Path calls;
    private ProcessBuilder builder;

    @BeforeEach
    void makeProject() throws IOException {
        project = Files.createDirectories(folder.resolve("a project"));
        calls = folder.resolve("calls");
        Path root = Path.of("..", "..").toRealPath();
        Files.copy(root.resolve("tminus"), project.resolve("tminus"), StandardCopyOption.COPY_ATTRIBUTES);
        Files.writeString(project.resolve("pom.xml"), "<project>\n  <version>9.9.9</version>\n</project>\n");
        Files.writeString(project.resolve("bnd.bnd"), "");
        Files.createDirectories(project.resolve("cnf"));
        for (String bundle : List.of("api", "onnx", "native/onnxruntime", "demo", "storm", "cli")) {
            Files.createDirectories(project.resolve("bundles").resolve(bundle).resolve("src"));
        }
        script(folder.resolve("a jdk/bin/java"), JAVA);
        script(folder.resolve("a jdk/bin/javac"), "#!/bin/sh\n");
        script(folder.resolve("bin/mvn"), MAVEN);
        script(project.resolve("mvnw"), MAVEN);
        builder = new ProcessBuilder();
        builder.redirectErrorStream(true);
        builder.directory(folder.toFile());
        var environment = builder.environment();
        environment.put("JAVA_HOME", folder.resolve("a jdk").toString());
        environment.put("FAKE_HOME", folder.resolve("a jdk").toString());
        environment.put("FAKE_CALLS", calls.toString());
        environment.put("PATH", folder.resolve("bin") + ":" + System.getenv("PATH"));
        environment.remove("JAVA_OPTS");
        environment.remove("TMINUS_MAVEN_ARGS");
        old(project);
    }

    private static void script(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }

    /** So that what is built later is newer, whatever the clock's resolution. */
    private static void old(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (Path file : files.toList()) {
                Files.setLastModifiedTime(file, FileTime.from(Instant.now().minusSeconds(1000)));
            }
        }
    }

    private record Result(int status, String output) {}

    private Result run(String... arguments) throws Exception {
        return start(project.resolve("tminus").toString(), arguments);
    }

    private Result start(String launcher, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("sh", launcher));
        command.addAll(List.of(arguments));
        Process process = builder.command(command).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Result(process.exitValue(), output);
    }

    private List<String> builds() throws IOException {
        return Files.exists(calls) ? Files.readAllLines(calls) : List.of();
    }

    @Test
    void helpNamesEveryCommandAndBuildsNothing() throws Exception {
        for (String[] arguments : new String[][] {{}, {"help"}, {"--help"}}) {
            Result result = run(arguments);
            assertThat(result.status()).isZero();
            assertThat(result.output())
                    .contains(
                            "demo",
                            "storm",
                            "run",
                            "shell",
                            "inspect",
                            "train",
                            "evaluate",
                            "bench",
                            "jmh",
                            "help",
                            "version",
                            "completion");
        }
        assertThat(run("version")).isEqualTo(new Result(0, "tminus 9.9.9\n"));
        assertThat(builds()).isEmpty();
    }

    @Test
    void refusesUnknownCommands() throws Exception {
        Result result = run("dance");
        assertThat(result.status()).isEqualTo(2);
        assertThat(result.output()).contains("there is no command 'dance'");
    }

    @Test
    void buildsWhatIsMissingOnceAndPassesArgumentsAndStatusOn() throws Exception {
        Result first = run("inspect", "a model.onnx", "--json", "out put.json");

        assertThat(first.status()).isEqualTo(7);
        assertThat(first.output())
                .contains("building the command line")
                .contains("org.tminus.cli.Main inspect a model.onnx --json out put.json")
                .contains("a project/bundles/cli/target/org.tminus.cli-9.9.9.jar:");
        assertThat(builds())
                .hasSize(1)
                .first()
                .asString()
                .contains("-pl bundles/cli -am")
                .contains("-Dmaven.test.skip=true");

        assertThat(run("inspect", "x").output()).doesNotContain("building");
        assertThat(builds()).hasSize(1);
    }

    @Test
    void buildsAgainWhenASourceIsNewer() throws Exception {
        run("inspect", "x");
        Path source = Files.writeString(project.resolve("bundles/onnx/src/A.java"), "class A {}");
        Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(100)));

        assertThat(run("inspect", "x").output()).contains("building");
        assertThat(builds()).hasSize(2);
    }

    @Test
    void worksThroughLinksFromAnyFolder() throws Exception {
        Path elsewhere = Files.createDirectories(folder.resolve("else where"));
        Files.createSymbolicLink(elsewhere.resolve("first"), Path.of("../a project/tminus"));
        Files.createSymbolicLink(elsewhere.resolve("second"), elsewhere.resolve("first"));
        builder.directory(elsewhere.toFile());

        assertThat(start("./second", "version")).isEqualTo(new Result(0, "tminus 9.9.9\n"));
        assertThat(start("./first", "inspect", "x").status()).isEqualTo(7);
    }

    @Test
    void showsTheErrorsOfAFailedBuild() throws Exception {
        builder.environment().put("FAKE_FAILURE", "something is wrong");

        Result result = run("inspect", "x");

        assertThat(result.status()).isEqualTo(1);
        assertThat(result.output())
                .contains("[ERROR] something is wrong")
                .contains("tminus-build.log")
                .doesNotContain("java:");
        assertThat(project.resolve("target/tminus-build.log")).content().contains("Building Something");
    }

    @Test
    void takesTheWrapperIfMavenIsTooOld() throws Exception {
        builder.environment().put("FAKE_MAVEN", "3.6.3");

        run("inspect", "x");

        assertThat(builds()).hasSize(1).first().asString().startsWith("mvnw ");
    }

    @Test
    void saysWhichJavaIsNeeded() throws Exception {
        builder.environment().put("FAKE_JAVA", "11");
        Result old = run("inspect", "x");
        assertThat(old.status()).isEqualTo(1);
        assertThat(old.output()).contains("JDK 17 or later is needed").contains("is Java 11");

        builder.environment().put("FAKE_JAVA", "1.8");
        assertThat(run("demo").output()).contains("is Java 1.8");

        builder.environment().put("JAVA_HOME", folder.resolve("nowhere").toString());
        assertThat(run("run").output()).contains("there is no bin/java in it");

        builder.environment().put("JAVA_HOME", folder.resolve("a jdk").toString());
        builder.environment().put("FAKE_JAVA", "21");
        Files.delete(folder.resolve("a jdk/bin/javac"));
        assertThat(run("inspect", "x").output()).contains("has no compiler (a JRE)");
    }

    @Test
    void refusesModelsThatAreNotThereBeforeBuilding() throws Exception {
        Result result = run("run", "no such.tminus");

        assertThat(result.status()).isEqualTo(1);
        assertThat(result.output()).contains("there is no file no such.tminus");
        Files.writeString(folder.resolve("a model.onnx"), "");
        Result other = run("run", "a model.onnx");
        assertThat(other.status()).isEqualTo(1);
        assertThat(other.output()).contains("a model.onnx is neither a model (.tminus) nor a bundle (.jar)");
        assertThat(builds()).isEmpty();
    }

    @Test
    void keepsWhatPeopleSetWhenTheContainerIsUnpackedAgain() throws Exception {
        Path base = project.resolve("target/run/tminus-9.9.9");
        distribution("first");
        assertThat(run("run").output()).contains("first container");

        Files.writeString(base.resolve("etc/users.properties"), "me = secret");
        Files.writeString(base.resolve("etc/org.tminus.cfg"), "policy = full");
        Files.writeString(base.resolve("etc/org.tminus.model~mine.cfg"), "policy = budget");
        Files.writeString(base.resolve("deploy/mine.tminus"), "model");
        assertThat(run("run").output()).contains("first container").doesNotContain("taking over");

        distribution("second");
        Files.setLastModifiedTime(
                base.resolve(".unpacked"), FileTime.from(Instant.now().minusSeconds(500)));
        assertThat(run("run").output()).contains("taking over").contains("second container");
        assertThat(base.resolve("etc/users.properties")).hasContent("me = secret");
        assertThat(base.resolve("etc/org.tminus.cfg")).hasContent("policy = full");
        assertThat(base.resolve("etc/org.tminus.model~mine.cfg")).hasContent("policy = budget");
        assertThat(base.resolve("deploy/mine.tminus")).hasContent("model");
        assertThat(project.resolve("target/run")).isDirectoryNotContaining("glob:**/.fresh*");
    }

    @Test
    void unpacksAgainWhatIsOnlyHalfThere() throws Exception {
        Path base = project.resolve("target/run/tminus-9.9.9");
        distribution("whole");
        run("run");
        Files.delete(base.resolve(".unpacked"));
        Files.delete(base.resolve("bin/karaf"));

        assertThat(run("run").output()).contains("whole container");
    }

    /** An archive whose container only says its name. */
    private void distribution(String name) throws Exception {
        Path made = folder.resolve(name + "/tminus-9.9.9");
        script(made.resolve("bin/karaf"), "#!/bin/sh\necho " + name + " container\n");
        Files.createDirectories(made.resolve("deploy"));
        Files.createDirectories(made.resolve("etc"));
        Files.writeString(made.resolve("etc/users.properties"), "");
        Files.writeString(made.resolve("etc/org.tminus.cfg"), "");
        Path archive = project.resolve("karaf-distribution/target/tminus-9.9.9.tar.gz");
        Files.createDirectories(archive.getParent());
        Process tar = new ProcessBuilder(
                        "tar",
                        "-czf",
                        archive.toString(),
                        "-C",
                        folder.resolve(name).toString(),
                        "tminus-9.9.9")
                .inheritIO()
                .start();
        assertThat(tar.waitFor()).isZero();
    }
}
