/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.shell.internal.report;

import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/** The settings in Configuration Admin, which keeps them and tells the coordinator. */
public final class AdminSettings implements SettingsStore {
    private static final String PID = "org.tminus";
    private static final String FACTORY_PID = "org.tminus.model";
    /** Any bundle may read them. */
    static final String ANYWHERE = "?";

    private final ConfigurationAdmin admin;

    public AdminSettings(ConfigurationAdmin admin) {
        this.admin = admin;
    }

    @Override
    public Settings read(@Nullable String model) throws IOException {
        Configuration found = find(model);
        String pid = found != null ? found.getPid() : model == null ? PID : FACTORY_PID + "~" + instance(model);
        return new Settings(pid, values(found, false));
    }

    @Override
    public void write(@Nullable String model, Map<String, Object> values) throws IOException {
        Configuration target = find(model);
        if (target == null) {
            target = model == null ? admin.getConfiguration(PID, ANYWHERE) : free(instance(model));
        }
        // What others keep there, such as the name of the file it came from, is none of ours.
        Map<String, Object> properties = values(target, true);
        properties.putAll(values);
        if (model != null && !model.equals(modelOf(target))) {
            properties.put("model", model);
        }
        target.update(FrameworkUtil.asDictionary(properties));
    }

    /** One of that name, or of another if a configuration of that name serves another model. */
    private Configuration free(String instance) throws IOException {
        Configuration free = admin.getFactoryConfiguration(FACTORY_PID, instance, ANYWHERE);
        for (int number = 2; free.getProperties() != null; number++) {
            free = admin.getFactoryConfiguration(FACTORY_PID, instance + "-" + number, ANYWHERE);
        }
        return free;
    }

    private @Nullable Configuration find(@Nullable String model) throws IOException {
        String filter = model == null
                ? "(" + Constants.SERVICE_PID + "=" + PID + ")"
                // Those of the factory, and those that the coordinator takes for such.
                : "(|(service.factoryPid=" + FACTORY_PID + ")(&(service.pid=" + FACTORY_PID
                        + "~*)(!(service.factoryPid=*))))";
        try {
            Configuration[] found = admin.listConfigurations(filter);
            for (Configuration each : found == null ? new Configuration[0] : found) {
                if (model == null || model.equals(modelOf(each))) {
                    return each;
                }
            }
            return null;
        } catch (InvalidSyntaxException e) {
            throw new IOException("no configuration can be looked up for model '" + model + "'", e);
        }
    }

    /** The model that a configuration names, or else is named after. */
    private static String modelOf(Configuration configuration) {
        Object named = values(configuration, false).get("model");
        String pid = configuration.getPid();
        return named == null ? pid.substring(pid.indexOf('~') + 1) : named.toString();
    }

    static Map<String, Object> values(@Nullable Configuration configuration, boolean foreign) {
        Map<String, Object> values = new TreeMap<>();
        if (configuration != null && configuration.getProperties() != null) {
            values.putAll(FrameworkUtil.asMap(configuration.getProperties()));
            values.keySet().removeIf(key -> isForeign(key) != foreign);
        }
        return values;
    }

    private static boolean isForeign(String key) {
        return key.startsWith("service.")
                || key.startsWith("felix.fileinstall.")
                || key.startsWith("org.apache.karaf.");
    }

    /** A configuration's instance name allows fewer characters than a model's name. */
    private static String instance(String model) {
        return model.replaceAll("[^A-Za-z0-9_.-]", "-");
    }
}
