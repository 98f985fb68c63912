/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tck;

import java.util.Map;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkUtil;
import org.tminus.policy.Policy;

/** Goes into bundles of tests; the header Probe-Fault says what it does wrong. */
public final class ProbeActivator implements BundleActivator {
    static final String FAULT = "Probe-Fault";
    static final String LEAK = "tminus.tck.probe.leak";

    private String fault = "";
    private Thread thread = new Thread();

    @Override
    public void start(BundleContext context) {
        fault = String.valueOf(context.getBundle().getHeaders().get(FAULT));
        BundleContext owner = fault.equals("foreign")
                ? context.getBundle(Constants.SYSTEM_BUNDLE_ID).getBundleContext()
                : context;
        Map<String, ?> properties = fault.equals("nameless") ? Map.of() : Map.of(Policy.NAME, "probe");
        if (!fault.equals("absent")) {
            owner.registerService(Policy.class.getName(), new ProbePolicy(), FrameworkUtil.asDictionary(properties));
        }
        thread = new Thread(ProbeActivator::waitForEver, "probe-worker");
        thread.setDaemon(true);
        thread.start();
        if (fault.equals("leak")) {
            System.getProperties().put(LEAK, this);
        }
    }

    private static void waitForEver() {
        try {
            Thread.sleep(Long.MAX_VALUE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void stop(BundleContext context) {
        if (!fault.equals("thread")) {
            thread.interrupt();
        }
    }
}
