/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.shell.internal.report;

import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/** The configurations of rollouts in Configuration Admin, which keeps them and tells the coordinator. */
public final class AdminRolloutSettings implements RolloutSettings {
    private final ConfigurationAdmin admin;

    public AdminRolloutSettings(ConfigurationAdmin admin) {
        this.admin = admin;
    }

    @Override
    public Map<String, Object> read(String name) throws IOException {
        return AdminSettings.values(find(name), false);
    }

    @Override
    public void write(String name, Map<String, Object> values) throws IOException {
        Configuration target = find(name);
        if (target == null) {
            target = admin.getFactoryConfiguration(RolloutStart.FACTORY_PID, name, AdminSettings.ANYWHERE);
        }
        // What others keep there, such as the name of the file it came from, is none of ours.
        Map<String, Object> properties = new TreeMap<>(AdminSettings.values(target, true));
        properties.putAll(values);
        target.update(FrameworkUtil.asDictionary(properties));
    }

    private @Nullable Configuration find(String name) throws IOException {
        try {
            Configuration[] found = admin.listConfigurations("(service.pid=" + RolloutStart.pid(name) + ")");
            return found == null || found.length == 0 ? null : found[0];
        } catch (InvalidSyntaxException e) {
            throw new IOException("no configuration can be looked up for rollout '" + name + "'", e);
        }
    }
}
