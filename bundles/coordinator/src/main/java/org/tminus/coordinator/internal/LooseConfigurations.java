/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal;

import java.io.IOException;
import java.util.Dictionary;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.cm.ConfigurationEvent;
import org.osgi.service.cm.ConfigurationListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tminus.coordinator.internal.configuration.ConfigurationHolder;

/**
 * Looks after configurations that are named like those of a factory and belong to none, so that Configuration Admin brings
 * them to nobody. One with the PID {@code FACTORY~NAME}, as Karaf's {@code config:property-set} makes it, counts as if the
 * factory had it: it also stands in the place of the factory's own. Any other is reported, because of its name.
 */
final class LooseConfigurations implements ConfigurationListener {
    private static final Logger LOG = LoggerFactory.getLogger(LooseConfigurations.class);
    private static final String MODELS = ConfigurationHolder.MODEL_FACTORY_PID;
    private static final String ROLLOUTS = ConfigurationHolder.ROLLOUT_FACTORY_PID;
    /** Not, for example, {@code org.tminus.models}, which is somebody else's. */
    private static final Pattern LIKE_OURS =
            Pattern.compile("(" + Pattern.quote(MODELS) + "|" + Pattern.quote(ROLLOUTS) + ")([^A-Za-z.].*)?");

    private final Supplier<@Nullable ConfigurationAdmin> admin;
    private final ConfigurationHolder holder;

    /** @param admin gives null while there is none */
    LooseConfigurations(Supplier<@Nullable ConfigurationAdmin> admin, ConfigurationHolder holder) {
        this.admin = admin;
        this.holder = holder;
    }

    /** Takes what is there already. */
    void look() {
        look(pid -> true);
    }

    @Override
    public void configurationEvent(ConfigurationEvent event) {
        String pid = event.getPid();
        if (!isLoose(pid, event.getFactoryPid())) {
            return;
        }
        if (event.getType() == ConfigurationEvent.CM_UPDATED) {
            look(pid::equals);
        } else if (event.getType() == ConfigurationEvent.CM_DELETED) {
            // Of each kind what has this PID; there is one at most.
            holder.removeModel(pid);
            holder.removeRollout(pid);
        }
    }

    private static boolean isLoose(String pid, @Nullable String factoryPid) {
        return LIKE_OURS.matcher(pid).matches() && !MODELS.equals(factoryPid) && !ROLLOUTS.equals(factoryPid);
    }

    private void look(Predicate<String> wanted) {
        ConfigurationAdmin present = admin.get();
        if (present == null) {
            return;
        }
        try {
            for (Configuration each :
                    AdminPromotion.listAll(present, "(service.pid=" + ConfigurationHolder.PID + ".*)")) {
                Dictionary<String, Object> properties = each.getProperties();
                if (properties != null && wanted.test(each.getPid()) && isLoose(each.getPid(), each.getFactoryPid())) {
                    take(each, FactoryConfigurations.map(properties));
                }
            }
        } catch (IOException | RuntimeException e) {
            LOG.warn("What is configured beside factories cannot be read", e);
        }
    }

    private void take(Configuration loose, Map<String, Object> properties) {
        String pid = loose.getPid();
        if (loose.getFactoryPid() == null && pid.startsWith(MODELS + "~")) {
            holder.updateModel(pid, properties);
        } else if (loose.getFactoryPid() == null && pid.startsWith(ROLLOUTS + "~")) {
            holder.updateRollout(pid, properties);
        } else {
            holder.misname(pid, pid.startsWith(MODELS) ? MODELS : ROLLOUTS, properties);
        }
    }
}
