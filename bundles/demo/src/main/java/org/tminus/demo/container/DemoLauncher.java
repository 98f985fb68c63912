/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.demo.container;

import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.tminus.demo.launch.ContainerJob;
import org.tminus.demo.report.DemoOutcome;
import org.tminus.demo.report.DemoRequest;

/** Runs the demo when the container starts, if its configuration names a request. */
@Component(
        service = {},
        immediate = true,
        configurationPid = "org.tminus.demo",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = DemoLauncher.Config.class)
public final class DemoLauncher {
    private static final ContainerJob.Kind<DemoRequest, DemoRunner, DemoOutcome> DEMO = new ContainerJob.Kind<>(
            "demo",
            DemoRequest.class,
            DemoRunner.class,
            DemoRequest::workFolder,
            DemoRequest::stopContainer,
            (runner, request, progress) -> runner.run(request, progress::at),
            DemoOutcome::failed);

    private final ContainerJob<DemoRequest, DemoRunner, DemoOutcome> job;

    /** The typed configuration. */
    @ObjectClassDefinition(name = "Tminus demo", description = "A run of the demo, started with the container.")
    @interface Config {
        /** Where the request is. */
        @AttributeDefinition(name = "Request", description = "A URI of a JSON file that says what to do.")
        String request();
    }

    @Activate
    public DemoLauncher(BundleContext context, Config config) {
        job = ContainerJob.start(context, DEMO, config.request());
    }

    @Deactivate
    void stop() {
        job.interrupt();
    }
}
