/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal;

import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.event.Event;
import org.osgi.service.event.EventAdmin;
import org.tminus.coordinator.internal.certificate.Withdrawal;

/**
 * Posts withdrawals as events. A component of its own, because its import is optional: without an Event Admin this class
 * is never loaded.
 */
@Component
public final class CertificateEventAdmin implements CertificateEvents {
    static final String TOPIC = "org/tminus/certificate/WITHDRAWN";

    private final EventAdmin admin;

    @Activate
    public CertificateEventAdmin(@Reference EventAdmin admin) {
        this.admin = admin;
    }

    @Override
    public void withdrawn(Withdrawal withdrawal) {
        admin.postEvent(new Event(
                TOPIC,
                Map.of(
                        "model", withdrawal.id().model(),
                        "operatingPoint", withdrawal.id().point(),
                        "limit", withdrawal.limit(),
                        "compared", withdrawal.compared(),
                        "disagreed", withdrawal.disagreed(),
                        "timestamp", withdrawal.at().toEpochMilli())));
    }
}
