//! `{{duration minutes}}` and `{{datetime at zone="Europe/Berlin"}}`, in the reader's language. How
//! a language writes them stands in its catalogue, so that a new language needs no code.

use super::{Answer, Words, derived, first, present, refused};
use fluent_bundle::FluentArgs;
use handlebars::{Context, Handlebars, Helper, HelperDef, RenderContext};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value;

/// `15 minutes`, `1 hour`, `2 days`.
pub(super) struct Duration(pub(super) Words);

impl HelperDef for Duration {
    fn call_inner<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        context: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
    ) -> Answer<'rc> {
        let value = first(helper)?;
        let minutes = value.as_u64().or_else(|| value.as_str()?.trim().parse().ok());
        let (count, key) = unit(minutes.ok_or_else(|| refused("duration: its value is a number of whole minutes"))?);
        let mut args = FluentArgs::with_capacity(1);
        args.set("count", count);
        self.0.format(context, key, &args)
    }
}

fn unit(minutes: u64) -> (u64, &'static str) {
    match minutes {
        _ if minutes >= 1440 && minutes.is_multiple_of(1440) => (minutes.div_euclid(1440), "duration-days"),
        _ if minutes >= 60 && minutes.is_multiple_of(60) => (minutes.div_euclid(60), "duration-hours"),
        _ => (minutes, "duration-minutes"),
    }
}

/// A moment of Kratos's (RFC 3339); anything else is printed as it is.
pub(super) struct DateTime(pub(super) Words);

impl HelperDef for DateTime {
    fn call_inner<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        context: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
    ) -> Answer<'rc> {
        let text =
            first(helper)?.as_str().ok_or_else(|| refused("datetime: its value is a text such as a time of Kratos"))?;
        let Ok(at) = text.parse::<Timestamp>() else { return Ok(derived(text)) };
        let zone = match helper.hash_get("zone") {
            Some(zone) => {
                let name = present(zone, "zone")?.as_str().unwrap_or_default();
                TimeZone::get(name).map_err(|_unknown| refused("datetime: zone is a name such as Europe/Berlin"))?
            }
            None => TimeZone::UTC,
        };
        let at = at.to_zoned(zone);
        let mut args = FluentArgs::with_capacity(6);
        args.set("day", i32::from(at.day()));
        args.set("month", i32::from(at.month()));
        args.set("year", at.year().to_string());
        args.set("hour", format!("{:02}", at.hour()));
        args.set("minute", format!("{:02}", at.minute()));
        args.set("zone", at.strftime("%Z").to_string());
        self.0.format(context, "datetime", &args)
    }
}

/// The reader's time zone, if a trait names one that there is.
pub(in crate::templates) fn zone(traits: Option<&Value>) -> Option<&str> {
    let named = ["zoneinfo", "timezone", "time_zone"].iter().find_map(|key| traits?.get(*key)?.as_str())?;
    TimeZone::get(named).is_ok().then_some(named)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stretches_are_told_in_the_largest_whole_unit() {
        let units = [1, 15, 60, 90, 120, 1440, 4320].map(unit);
        let (m, h, d) = ("duration-minutes", "duration-hours", "duration-days");
        assert_eq!(units, [(1, m), (15, m), (1, h), (90, m), (2, h), (1, d), (3, d)]);
    }

    #[test]
    fn only_zones_that_exist_are_used() {
        let of = |zone: &str| super::zone(Some(&serde_json::json!({ "zoneinfo": zone }))).map(str::to_owned);
        assert_eq!(of("Europe/Berlin").as_deref(), Some("Europe/Berlin"));
        assert_eq!((of("../../etc/passwd"), of("Nowhere/Land"), of("")), (None, None, None));
    }
}
