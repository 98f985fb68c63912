/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.integration;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.ops4j.pax.exam.CoreOptions.composite;
import static org.ops4j.pax.exam.CoreOptions.maven;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.editConfigurationFilePut;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.features;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;
import org.ops4j.pax.exam.Option;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tminus.inference.PlatformStatus;
import org.tminus.model.ModelRepository;
import org.tminus.storm.Sabotage;
import org.tminus.storm.Storm;
import org.tminus.storm.StormReport;
import org.tminus.storm.StormRequest;

/**
 * Everything is swapped under load and with faults, and nothing is lost; and the harness that says so sees it when something is. Latencies are
 * reported and not judged: they are the machine's.
 */
public class StormIT extends TminusTestSupport {
    private static final Logger LOG = LoggerFactory.getLogger(StormIT.class);
    private static final double SABOTAGE_SECONDS = 15;
    /** Idle threads end after a minute. */
    private static final double REST_SECONDS = 100;

    private Storm storm;
    private Path work;

    @Override
    protected Option[] additionalOptions() {
        return new Option[] {
            features(
                    maven("org.tminus", "tminus-features")
                            .version(requireNonNull(System.getProperty("tminus.version")))
                            .classifier("features")
                            .type("xml"),
                    "tminus-storm"),
            composite(passedOn("tminus.storm.minutes")),
            // Each request gets one thread, as on a busy server.
            editConfigurationFilePut("etc/org.tminus.onnxruntime.cfg", "threads", "1")
        };
    }

    @Before
    public void prepare() throws Exception {
        ModelRepository repository = service(ModelRepository.class);
        PlatformStatus status = service(PlatformStatus.class);
        if (repository.models().isEmpty()) {
            repository.install(ReferenceModel.file());
        }
        await("the platform is ready; " + status.warnings(), status::ready);
        storm = service(Storm.class);
        work = Files.createTempDirectory("storm of a test");
    }

    @After
    public void removeTheWorkFolder() throws Exception {
        Files.delete(work);
    }

    @Test
    public void swappingDropsNoRequest() throws Exception {
        double minutes = Double.parseDouble(System.getProperty("tminus.storm.minutes"));

        StormReport report = storm(Sabotage.NONE, Math.min(60, minutes * 15), minutes * 60, REST_SECONDS);

        assertThat(report.brokenPromises())
                .as("%s of %s", report.samples(), report)
                .isEmpty();
        assertThat(report.failedRequests()).as("%s", report.samples()).isZero();
        assertThat(report.wrongAnswers()).as("%s", report.samples()).isZero();
        assertThat(report.timedOut()).isZero();
        assertThat(report.leaks().none()).isTrue();
        assertThat(report.fallbacks()).isPositive().isLessThanOrEqualTo(report.faults());
        assertThat(report.abandoned()).isPositive().isEqualTo(report.swapping().uninterruptibleHangs());
        assertThat(report.load().cancelled()).isPositive();
        assertThat(report.swapping().badModelUpdates()).isPositive();
        assertThat(report.swapping().byAction().values()).allMatch(count -> count > 0);
    }

    @Test
    public void aPluginThatLeavesThreadsBehindIsSeen() throws Exception {
        StormReport report = sabotaged(Sabotage.LEAKS_THREADS);

        assertThat(report.leaks().threads()).isPositive();
        assertThat(report.brokenPromises()).anyMatch(sentence -> sentence.contains("threads"));
        assertThat(report.leakDetails()).anyMatch(detail -> detail.contains("left-behind"));
    }

    @Test
    public void aPluginThatKeepsItsClassLoaderIsSeen() throws Exception {
        StormReport report = sabotaged(Sabotage.LEAKS_CLASS_LOADERS);

        assertThat(report.leaks().classLoaders()).isPositive();
        assertThat(report.brokenPromises()).anyMatch(sentence -> sentence.contains("class loaders"));
        assertThat(report.leakDetails()).anyMatch(detail -> detail.contains("org.tminus.storm.plugin"));
    }

    @Test
    public void aBackendThatAnswersWronglyIsSeen() throws Exception {
        StormReport report = sabotaged(Sabotage.WRONG_ANSWERS);

        assertThat(report.wrongAnswers()).isPositive();
        assertThat(report.failedRequests()).as("%s", report.samples()).isZero();
        assertThat(report.brokenPromises()).anyMatch(sentence -> sentence.contains("answers"));
    }

    @Test
    public void aBackendThatDropsRequestsIsSeen() throws Exception {
        StormReport report = sabotaged(Sabotage.DROPPED_REQUESTS);

        assertThat(report.failedRequests()).isPositive();
        assertThat(report.wrongAnswers()).as("%s", report.samples()).isZero();
        assertThat(report.brokenPromises()).anyMatch(sentence -> sentence.contains("no answer"));
    }

    private StormReport sabotaged(Sabotage sabotage) throws Exception {
        return storm(sabotage, 3, SABOTAGE_SECONDS, 10);
    }

    private StormReport storm(Sabotage sabotage, double quietSeconds, double stormSeconds, double restSeconds)
            throws Exception {
        Path data = Path.of(System.getProperty("tminus.models")).resolve("data/fashion-mnist");
        StormReport report = storm.run(
                new StormRequest(
                        ReferenceModel.NAME,
                        data.toString(),
                        work.toString(),
                        100,
                        16,
                        quietSeconds,
                        stormSeconds,
                        restSeconds,
                        5,
                        1,
                        sabotage,
                        false),
                (share, activity) -> LOG.info("Storm, {}: {}", sabotage, activity));
        LOG.info("Storm, {}: {}", sabotage, report);
        return report;
    }
}
