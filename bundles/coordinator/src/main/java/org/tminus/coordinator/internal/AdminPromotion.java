/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal;

import java.io.IOException;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.tminus.coordinator.internal.configuration.ConfigurationHolder;
import org.tminus.coordinator.internal.configuration.RolloutSettings;
import org.tminus.coordinator.internal.rollout.Promotion;

/** Puts candidates in force in Configuration Admin, which keeps that and tells the coordinator. */
final class AdminPromotion implements Promotion {
    /** Any bundle may read them. */
    private static final String ANYWHERE = "?";

    private final ConfigurationAdmin admin;

    AdminPromotion(ConfigurationAdmin admin) {
        this.admin = admin;
    }

    @Override
    public void write(RolloutSettings settings) throws IOException {
        String model = settings.model();
        Configuration target =
                model == null ? admin.getConfiguration(ConfigurationHolder.PID, ANYWHERE) : ofModel(model);
        Map<String, Object> values = properties(target);
        if (model != null) {
            values.put("model", model);
        }
        values.put(settings.isForModel() ? "version" : settings.kind(), settings.candidate());
        target.update(FrameworkUtil.asDictionary(values));
    }

    private Configuration ofModel(String model) throws IOException {
        Configuration[] all = list(admin, ConfigurationHolder.MODEL_FACTORY_PID);
        for (Configuration each : all) {
            Object named = properties(each).get("model");
            String pid = each.getPid();
            String own = named == null ? pid.substring(pid.indexOf('~') + 1) : named.toString();
            if (own.equals(model)) {
                return each;
            }
        }
        // An instance name allows fewer characters than a model's name.
        String instance = model.replaceAll("[^A-Za-z0-9_.-]", "-");
        String factory = ConfigurationHolder.MODEL_FACTORY_PID;
        Configuration free = admin.getFactoryConfiguration(factory, instance, ANYWHERE);
        for (int number = 2; free.getProperties() != null; number++) {
            // That one is another model's, which it names.
            free = admin.getFactoryConfiguration(factory, instance + "-" + number, ANYWHERE);
        }
        return free;
    }

    private static Map<String, Object> properties(@Nullable Configuration configuration) {
        Dictionary<String, Object> present = configuration == null ? null : configuration.getProperties();
        return present == null ? new HashMap<>() : InstanceConfigurations.map(present);
    }

    /** The configurations of a factory that are there now, and those that count as such; see {@link InstanceConfigurations}. */
    static Configuration[] list(ConfigurationAdmin admin, String factoryPid) throws IOException {
        return listAll(
                admin,
                "(|(service.factoryPid=" + factoryPid + ")(&(service.pid=" + factoryPid
                        + "~*)(!(service.factoryPid=*))))");
    }

    /** The configurations that match a filter. */
    static Configuration[] listAll(ConfigurationAdmin admin, String filter) throws IOException {
        try {
            Configuration[] found = admin.listConfigurations(filter);
            return found == null ? new Configuration[0] : found;
        } catch (InvalidSyntaxException e) {
            throw new IOException("No configuration " + filter + " can be looked up", e);
        }
    }
}
