/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.certificate;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tminus.certificate.SequentialTest;
import org.tminus.coordinator.internal.status.Counter;
import org.tminus.coordinator.internal.status.Counters;

class CertificateBookTest {
    private static final Instant ALARM = Instant.parse("2026-03-01T12:00:00Z");
    private static final PointId FIRST = new PointId("toy", "first", "balanced");
    private static final PointId SECOND = new PointId("toy", "second", "balanced");

    @TempDir
    private Path folder;

    private final Counters counters = new Counters();
    private CertificateBook book;

    @BeforeEach
    void begin() {
        book = book(ALARM);
    }

    /** As after a start at that time. */
    private CertificateBook book(Instant time) {
        return new CertificateBook(
                new WithdrawalStore(folder.resolve("withdrawn")), counters, Clock.fixed(time, ZoneOffset.UTC));
    }

    private static void withdraw(CertificateBook from, PointId id) {
        SequentialTest test = from.test(id, 0.1, 0.05);
        for (int i = 0; i < 20; i++) {
            from.observe(id, test, false);
        }
    }

    private boolean isWithdrawn(PointId id, Instant dataSince) {
        return book.withdrawal(id, Optional.of(dataSince)) != null;
    }

    @Test
    void onlyDataFromAfterTheAlarmEndIt() {
        withdraw(book, FIRST);
        for (int start = 0; start < 2; start++) {
            assertThat(book.withdrawal(SECOND, Optional.empty())).isNotNull();
            assertThat(isWithdrawn(SECOND, ALARM.minusNanos(1))).isTrue();
            assertThat(isWithdrawn(SECOND, ALARM)).isFalse();
            assertThat(isWithdrawn(SECOND, ALARM.plusSeconds(1))).isFalse();
            // Over a restart it is the same.
            book = book(ALARM.plusSeconds(60));
        }
    }

    @Test
    void whatWasWithdrawnItselfStaysSoWhateverItSaysOfItsData() {
        withdraw(book, FIRST);
        assertThat(isWithdrawn(FIRST, ALARM.plusSeconds(86_400))).isTrue();
    }

    @Test
    void otherPointsAndModelsGoOn() {
        withdraw(book, FIRST);
        assertThat(book.withdrawal(new PointId("toy", "first", "thrifty"), Optional.empty()))
                .isNull();
        assertThat(book.withdrawal(new PointId("other", "first", "balanced"), Optional.empty()))
                .isNull();
    }

    @Test
    void aSecondAlarmAsksForDataFromAfterThat() {
        withdraw(book, FIRST);
        Instant later = ALARM.plusSeconds(3600);
        book = book(later);
        assertThat(isWithdrawn(SECOND, ALARM.plusSeconds(60))).isFalse();
        withdraw(book, SECOND);
        PointId third = new PointId("toy", "third", "balanced");
        assertThat(isWithdrawn(third, ALARM.plusSeconds(60))).isTrue();
        assertThat(book.withdrawal(third, Optional.empty()))
                .extracting(Withdrawal::at)
                .isEqualTo(later);
        assertThat(isWithdrawn(third, later)).isFalse();
        assertThat(counters.get(Counter.CERTIFICATE_WITHDRAWALS)).isEqualTo(2);
    }

    @Test
    void anOperatorEndsAllAlarmsOfAModel() {
        withdraw(book, FIRST);
        assertThat(book.restore("toy")).containsExactly("balanced");
        assertThat(book.withdrawal(FIRST, Optional.empty())).isNull();
        assertThat(book.withdrawal(SECOND, Optional.empty())).isNull();
        book = book(ALARM);
        assertThat(book.withdrawal(SECOND, Optional.empty())).isNull();
    }
}
