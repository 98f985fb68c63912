/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.integration;

import static java.util.Objects.requireNonNull;
import static org.ops4j.pax.exam.CoreOptions.composite;
import static org.ops4j.pax.exam.CoreOptions.mavenBundle;
import static org.ops4j.pax.exam.CoreOptions.systemProperty;
import static org.ops4j.pax.exam.CoreOptions.vmOptions;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.configureConsole;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.editConfigurationFileExtend;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.editConfigurationFilePut;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.karafDistributionConfiguration;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.keepRuntimeFolder;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.logLevel;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.PrivilegedActionException;
import java.security.PrivilegedExceptionAction;
import java.time.Duration;
import java.util.Arrays;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.inject.Inject;
import javax.security.auth.Subject;
import org.apache.karaf.features.BootFinished;
import org.apache.karaf.features.FeaturesService;
import org.apache.karaf.jaas.boot.principal.RolePrincipal;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.api.console.SessionFactory;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.karaf.options.LogLevelOption.LogLevel;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.wiring.FrameworkWiring;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.util.tracker.ServiceTracker;

/**
 * Starts the distribution once for a test class and runs the class's tests inside it. A test sees what a bundle of a
 * user sees: exported packages and services. Subclasses add options by overriding {@link #additionalOptions()}.
 */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public abstract class TminusTestSupport {

    /** The bound of every wait that has no reason for another one. */
    protected static final Duration PATIENCE = Duration.ofSeconds(60);

    @Inject
    protected BundleContext context;

    /** Injected, so that no test starts before the boot features are installed. */
    @Inject
    protected BootFinished bootFinished;

    @Inject
    protected FeaturesService features;

    @Inject
    protected ConfigurationAdmin configurationAdmin;

    @Inject
    protected SessionFactory sessions;

    @Configuration
    public final Option[] configuration() {
        return new Option[] {
            container(),
            console(),
            ports(),
            offline(),
            javaVirtualMachine(),
            testLibraries(),
            composite(additionalOptions())
        };
    }

    /** What is started; the distribution if a test class says nothing else. */
    protected Option container() {
        return distribution();
    }

    /** What a test class needs besides. */
    protected Option[] additionalOptions() {
        return new Option[0];
    }

    /** The archive of this build, unpacked below the build folder, in a path with spaces as users have them. */
    protected static Option distribution() {
        Path archive = Path.of(requireNonNull(System.getProperty("tminus.distribution"), "tminus.distribution"));
        return composite(
                karafDistributionConfiguration()
                        .frameworkUrl(archive.toUri().toString())
                        .name("Tminus")
                        .unpackDirectory(new File("target/exam container"))
                        .useDeployFolder(false),
                keepRuntimeFolder(),
                logLevel(LogLevel.INFO));
    }

    /** Commands are run by {@link #execute}; nobody sits at the console. */
    protected static Option console() {
        return configureConsole().ignoreLocalConsole();
    }

    /** The system picks ports that are free. */
    protected static Option ports() {
        return editConfigurationFilePut("etc/org.apache.karaf.shell.cfg", "sshPort", "0");
    }

    /** Nothing comes from a network: bundles of tests are in the local repository of the build. */
    protected static Option offline() {
        Path repository = Path.of(requireNonNull(System.getProperty("tminus.local.repository")));
        return composite(
                editConfigurationFilePut("etc/org.ops4j.pax.url.mvn.cfg", "org.ops4j.pax.url.mvn.repositories", ""),
                editConfigurationFileExtend(
                        "etc/org.ops4j.pax.url.mvn.cfg",
                        "org.ops4j.pax.url.mvn.defaultRepositories",
                        "," + repository.toUri() + "@id=build@snapshots"));
    }

    /** Bounded memory, Java's own modules as in bin/karaf, and the build's values that tests ask for in the container. */
    protected static Option javaVirtualMachine() {
        String endorsed = "lib/endorsed/org.apache.karaf.specs.";
        String version = "-" + requireNonNull(System.getProperty("tminus.karaf.version")) + ".jar";
        return composite(
                vmOptions(
                        "-Xmx1g",
                        "--add-reads=java.xml=java.logging",
                        "--add-exports=java.base/org.apache.karaf.specs.locator=java.xml,ALL-UNNAMED",
                        "--patch-module",
                        "java.base=" + endorsed + "locator" + version,
                        "--patch-module",
                        "java.xml=" + endorsed + "java.xml" + version,
                        "--add-opens=java.base/java.security=ALL-UNNAMED",
                        "--add-opens=java.base/java.net=ALL-UNNAMED",
                        "--add-opens=java.base/java.lang=ALL-UNNAMED",
                        "--add-opens=java.base/java.util=ALL-UNNAMED",
                        "--add-opens=java.naming/javax.naming.spi=ALL-UNNAMED",
                        "--add-opens=java.rmi/sun.rmi.transport.tcp=ALL-UNNAMED"),
                passedOn("tminus.version"),
                passedOn("tminus.distribution"),
                passedOn("tminus.models"));
    }

    /** A value of the build, for tests in the container. */
    protected static Option passedOn(String property) {
        return systemProperty(property).value(requireNonNull(System.getProperty(property), property));
    }

    /** AssertJ, for the tests. */
    protected static Option testLibraries() {
        return composite(
                mavenBundle("net.bytebuddy", "byte-buddy").versionAsInProject(),
                mavenBundle("org.assertj", "assertj-core").versionAsInProject());
    }

    /** A service, waited for. */
    protected <S> S service(Class<S> type) throws InterruptedException {
        return service(type, null);
    }

    /**
     * A service whose properties match a filter, waited for.
     *
     * @param filter in OSGi's syntax, without the class; null for any
     */
    protected <S> S service(Class<S> type, String filter) throws InterruptedException {
        String full = "(objectClass=" + type.getName() + ")";
        if (filter != null) {
            full = "(&" + full + filter + ")";
        }
        try {
            ServiceTracker<S, S> tracker = new ServiceTracker<>(context, context.createFilter(full), null);
            tracker.open();
            try {
                S service = tracker.waitForService(PATIENCE.toMillis());
                if (service == null) {
                    throw new AssertionError("no service " + full + " within " + PATIENCE.toSeconds() + " s");
                }
                return service;
            } finally {
                tracker.close();
            }
        } catch (org.osgi.framework.InvalidSyntaxException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** A bundle by its symbolic name. */
    protected Bundle bundleNamed(String symbolicName) {
        return Arrays.stream(context.getBundles())
                .filter(bundle -> symbolicName.equals(bundle.getSymbolicName()))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no bundle " + symbolicName));
    }

    /** Refreshes a bundle and waits until the framework is done with it. */
    protected void refresh(Bundle bundle) throws InterruptedException {
        CountDownLatch done = new CountDownLatch(1);
        context.getBundle(0).adapt(FrameworkWiring.class).refreshBundles(List.of(bundle), event -> {
            if (event.getType() == FrameworkEvent.PACKAGES_REFRESHED) {
                done.countDown();
            }
        });
        if (!done.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError(bundle + " was not refreshed within " + PATIENCE.toSeconds() + " s");
        }
    }

    /** Replaces a configuration. */
    protected void configure(String pid, Map<String, ?> properties) throws IOException {
        configurationAdmin.getConfiguration(pid, "?").update(new Hashtable<>(properties));
    }

    /** Waits until a condition holds; the description completes "within … s: ". */
    protected static void await(String description, Callable<Boolean> condition) throws Exception {
        await(PATIENCE, description, condition);
    }

    /** Waits until a condition holds, with a bound of its own. */
    protected static void await(Duration patience, String description, Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + patience.toNanos();
        while (!condition.call()) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("not within " + patience.toSeconds() + " s: " + description);
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    /**
     * Runs a shell command as an administrator.
     *
     * @return what it printed
     * @throws Exception what the command threw
     */
    protected String execute(String command) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
        Session session = sessions.create(new ByteArrayInputStream(new byte[0]), out, out);
        Subject administrator = new Subject();
        for (String role : List.of("admin", "manager", "viewer", "systembundles", "ssh")) {
            administrator.getPrincipals().add(new RolePrincipal(role));
        }
        try {
            PrivilegedExceptionAction<Object> action = () -> session.execute(command);
            Subject.doAs(administrator, action);
        } catch (PrivilegedActionException e) {
            throw e.getException();
        } finally {
            session.close();
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
