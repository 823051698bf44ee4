// The rules of the demo where they are not everybody's: for a market in which a minute moves like an hour.
import { QUICK_LIFECYCLE } from '../domain/lifecycle-rules.ts';
import { lifecycleSettingsOf } from '../settings/lifecycle-setting.ts';

/** The sandbox's fee a side. */
export const DEMO_FEE = 0.001;

/** As they stand in a settings file. */
export const demoRules = () => ({
  // Between a close and an order a fast market moves further than a real one.
  execution: { collar: 0.01, fee: DEMO_FEE },
  // And it has more to enter on in an hour than a real one in a day.
  breakers: { entriesPerHour: 20, entriesPerDay: 200 },
  // The quick profile, for demonstration alone.
  lifecycle: lifecycleSettingsOf(QUICK_LIFECYCLE),
});
