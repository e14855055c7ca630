package org.epdrouter.worker;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class RetryBudgetTest {
  @Test
  void allowsTheLeastWhateverIsUnderWay() {
    RetryBudget budget = new RetryBudget(20, 2);

    assertThat(budget.take(0)).isTrue();
    assertThat(budget.take(0)).isTrue();
    assertThat(budget.take(0)).isFalse();
  }

  @Test
  void allowsAShareOfWhatIsUnderWay() {
    RetryBudget budget = new RetryBudget(20, 0);

    assertThat(budget.take(10)).isTrue();
    assertThat(budget.take(10)).isTrue();
    assertThat(budget.take(10)).isFalse();
    assertThat(budget.take(15)).isTrue();
  }

  @Test
  void allowsTheLargerOfBothAndNotTheirSum() {
    RetryBudget budget = new RetryBudget(20, 2);

    assertThat(budget.take(15)).isTrue();
    assertThat(budget.take(15)).isTrue();
    assertThat(budget.take(15)).isTrue();
    assertThat(budget.take(15)).isFalse();
  }

  @Test
  void allowsAgainWhatWasGivenBack() {
    RetryBudget budget = new RetryBudget(0, 1);
    budget.take(0);

    budget.giveBack();

    assertThat(budget.take(0)).isTrue();
    assertThat(budget.take(0)).isFalse();
  }
}
