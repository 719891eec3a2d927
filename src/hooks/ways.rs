//! What changed about an identity's ways in. Kratos tells a hook how they are now and never what
//! was done: that is found by comparing with what a settings flow listed the last time.

use super::memory::{Kind, Learnt, Memory};
use crate::domain::{Method, MethodKind, NoticeKind};
use crate::store::StoreError;
use std::collections::BTreeSet;

/// The difference between then and now.
pub(super) struct Ways {
    /// Second factors and ways to log in, in this order.
    classes: [Class; 2],
    /// Whether anybody has looked before.
    known: bool,
    /// How they are now, to be kept.
    pub(super) learnt: Learnt,
}

#[derive(Default)]
struct Class {
    added: Option<MethodKind>,
    is_less: bool,
    /// Known only where an identity has at most one of it.
    removed: Option<MethodKind>,
}

impl Ways {
    /// Compares. Where nothing was ever seen, what stands there now counts as added, and nothing at all
    /// as removed: the hook ran because one of the two happened.
    pub(super) async fn compare(now: &BTreeSet<Method>, memory: &Memory<'_>) -> Result<Self, StoreError> {
        let before = memory.look(Kind::Method).await?;
        let spell = |kind: MethodKind, id: &str| format!("{}:{id}", kind.as_str());
        // the mark that somebody has looked
        let mark = memory.hash(Kind::Method, "");
        let known = before.contains(&mark);
        let hashed: Vec<_> =
            now.iter().map(|way| (way.kind, memory.hash(Kind::Method, &spell(way.kind, &way.id)))).collect();
        let gone = before.iter().copied().filter(|old| *old != mark && hashed.iter().all(|(_, new)| new != old));
        let gone: Vec<_> = gone.collect();
        let single = [MethodKind::Totp, MethodKind::LookupSecret];
        let removed = single.into_iter().find(|kind| gone.contains(&memory.hash(Kind::Method, &spell(*kind, ""))));
        let singles_gone = single.iter().filter(|kind| gone.contains(&memory.hash(Kind::Method, &spell(**kind, ""))));
        let others_gone = gone.len() > singles_gone.count();
        let class = |second: bool| {
            let mut own = hashed.iter().filter(|(kind, _)| kind.is_second_factor() == second);
            let is_empty = own.clone().next().is_none();
            Class {
                added: own.find(|(_, hash)| !before.contains(hash)).map(|(kind, _)| *kind),
                is_less: if !known {
                    is_empty
                } else if second {
                    removed.is_some()
                } else {
                    others_gone
                },
                removed: removed.filter(|_| second),
            }
        };
        let listed = now.iter().map(|way| spell(way.kind, &way.id));
        let mut learnt = memory.seen(Kind::Method, std::iter::once(String::new()).chain(listed));
        learnt.0.extend(memory.gone(&gone).0);
        Ok(Self { classes: [class(true), class(false)], known, learnt })
    }

    /// The notices that are due, each with the method it is about, if one asked for such.
    pub(super) fn notices(&self, asked: NoticeKind) -> Vec<(&'static str, Option<MethodKind>)> {
        use NoticeKind as Ask;
        let second = matches!(asked, Ask::TwoFactorChanged | Ask::TwoFactorEnabled | Ask::TwoFactorDisabled);
        let login = matches!(asked, Ask::LoginMethodChanged | Ask::LoginMethodAdded | Ask::LoginMethodRemoved);
        let both = asked == Ask::MethodsChanged;
        let added = !matches!(asked, Ask::TwoFactorDisabled | Ask::LoginMethodRemoved);
        let removed = !matches!(asked, Ask::TwoFactorEnabled | Ask::LoginMethodAdded);
        let [of_second, of_login] = &self.classes;
        // Asked for both and never seen before: an empty list tells of one removal only.
        let unclear = both && !self.known;
        let classes = [
            (second || both, of_second, "two_factor_enabled", "two_factor_disabled"),
            (login || both, of_login, "login_method_added", "login_method_removed"),
        ];
        let due = |(asked, class, plus, minus): (bool, &Class, &'static str, &'static str)| match class.added {
            _ if !asked => None,
            Some(kind) => added.then_some((plus, Some(kind))),
            None if unclear && (std::ptr::eq(class, of_login) || of_login.added.is_some()) => None,
            None => (class.is_less && removed).then_some((minus, class.removed)),
        };
        classes.into_iter().filter_map(due).collect()
    }
}
