//! Routes: which desks may carry a message, and in which order. The first rule that matches counts.

use crate::domain::{Channel, Lane, Message};

/// One rule; what is none matches any.
#[derive(Debug, Clone, Default)]
pub struct Rule {
    /// Only messages of this source.
    pub source: Option<String>,
    /// Only messages of this lane.
    pub lane: Option<Lane>,
    /// Only messages to this domain, as lower-case A-label.
    pub domain: Option<String>,
    /// The desks to try, in this order.
    pub desks: Vec<usize>,
}

/// All rules.
#[derive(Debug, Clone, Default)]
pub struct Routes {
    rules: Vec<Rule>,
    channels: Vec<Channel>,
    email: Vec<usize>,
    sms: Vec<usize>,
}

impl Routes {
    /// `channels` has one entry a desk; what no rule matches may go to every desk of its channel.
    pub fn new(rules: Vec<Rule>, channels: Vec<Channel>) -> Self {
        let of = |channel| (0..channels.len()).filter(|desk| channels.get(*desk) == Some(&channel)).collect();
        Self { rules, email: of(Channel::Email), sms: of(Channel::Sms), channels }
    }

    /// The desks for a message.
    pub fn desks(&self, message: &Message) -> Vec<usize> {
        let carries = |desk: &usize| self.channels.get(*desk) == Some(&message.channel);
        let matching = self.rules.iter().filter(|rule| rule.matches(message));
        let mut chosen = matching.map(|rule| rule.desks.iter().copied().filter(carries).collect::<Vec<_>>());
        chosen.find(|desks| !desks.is_empty()).unwrap_or_else(|| self.all(message.channel).to_vec())
    }

    /// Every list of desks that a message may get, with the lane that alone may get it.
    pub(super) fn lists(&self) -> impl Iterator<Item = (Option<Lane>, &[usize])> {
        let rules = self.rules.iter().map(|rule| (rule.lane, rule.desks.as_slice()));
        rules.chain([(None, self.email.as_slice()), (None, self.sms.as_slice())])
    }

    fn all(&self, channel: Channel) -> &[usize] {
        match channel {
            Channel::Email => &self.email,
            Channel::Sms => &self.sms,
        }
    }
}

impl Rule {
    fn matches(&self, message: &Message) -> bool {
        self.source.as_ref().is_none_or(|source| *source == message.source)
            && self.lane.is_none_or(|lane| lane == message.lane)
            && self.domain.as_ref().is_none_or(|domain| *domain == message.domain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::handover::Job;

    #[test]
    fn the_first_rule_that_matches_counts_else_all_of_the_channel() {
        let rule = |source: Option<&str>, lane, domain: Option<&str>, desks: &[usize]| Rule {
            source: source.map(str::to_owned),
            lane,
            domain: domain.map(str::to_owned),
            desks: desks.to_vec(),
        };
        let rules = vec![
            rule(Some("shop"), Some(Lane::Codes), None, &[2]),
            rule(None, None, Some("example.net"), &[1, 0]),
            rule(None, Some(Lane::Notices), None, &[3]),
        ];
        let channels = vec![Channel::Email, Channel::Email, Channel::Email, Channel::Sms];
        let routes = Routes::new(rules, channels);
        let mut message = Job::for_tests().message;
        assert_eq!(routes.desks(&message), [0, 1, 2]);
        message.domain = "example.net".to_owned();
        assert_eq!(routes.desks(&message), [1, 0]);
        message.source = "shop".to_owned();
        assert_eq!(routes.desks(&message), [2]);
        (message.lane, message.domain) = (Lane::Notices, "example.org".to_owned());
        assert_eq!(routes.desks(&message), [0, 1, 2], "a rule without a desk of the channel does not count");
        message.channel = Channel::Sms;
        assert_eq!(routes.desks(&message), [3]);
    }
}
