//! Where a web hook must stand for its notice, and what keeps it from being called there.

use super::{List, WebHook};
use crate::doctor::Finding;
use crate::doctor::lint::Lint;
use crate::domain::NoticeKind;

/// The place of the shipped pack.
pub(super) const fn best(notice: NoticeKind) -> &'static str {
    match notice {
        NoticeKind::PasswordChanged => "selfservice.flows.settings.after.password.hooks",
        NoticeKind::RecoveryUsed => "selfservice.flows.recovery.after.hooks",
        NoticeKind::NewLogin => "selfservice.flows.login.after.hooks",
        NoticeKind::AddressChanged => "selfservice.flows.settings.after.profile.hooks",
        NoticeKind::Welcome => "selfservice.flows.verification.after.hooks",
        NoticeKind::MethodsChanged
        | NoticeKind::LoginMethodChanged
        | NoticeKind::LoginMethodAdded
        | NoticeKind::LoginMethodRemoved
        | NoticeKind::TwoFactorChanged
        | NoticeKind::TwoFactorEnabled
        | NoticeKind::TwoFactorDisabled => "selfservice.flows.settings.after.hooks",
    }
}

/// What its place has to do with its notice.
pub(super) fn misplaced(lint: &Lint<'_>, hook: &WebHook) -> Option<Finding> {
    let notice = hook.notice(lint)?;
    let say = |means: String| Some(Finding::bad(&hook.key, means).change(format!("put it under {}", best(notice))));
    if !hook.is_after {
        return say("a hook under before runs when nobody knows yet who it is, so nobody is notified".to_owned());
    }
    let never = || say(format!("a hook in this place never tells what {notice} needs to know"));
    let method = hook.method.as_deref();
    match (notice, hook.flow) {
        (NoticeKind::PasswordChanged, "settings") if method == Some("password") => None,
        (NoticeKind::PasswordChanged, "settings") => {
            say("it is called after other changes, too, and each would be told as a changed password".to_owned())
        }
        (NoticeKind::AddressChanged, "settings") if method.is_some_and(|method| method != "profile") => never(),
        (NoticeKind::RecoveryUsed, "recovery")
        | (NoticeKind::NewLogin, "login")
        | (NoticeKind::Welcome, "verification" | "registration")
        | (
            NoticeKind::AddressChanged
            | NoticeKind::MethodsChanged
            | NoticeKind::LoginMethodChanged
            | NoticeKind::LoginMethodAdded
            | NoticeKind::LoginMethodRemoved
            | NoticeKind::TwoFactorChanged
            | NoticeKind::TwoFactorEnabled
            | NoticeKind::TwoFactorDisabled,
            "settings",
        ) => None,
        _ => never(),
    }
}

/// Hooks under a method run instead of those for all methods, ours among them.
pub(super) fn shadow(list: &List, ours: &[WebHook]) -> Option<Finding> {
    let method = list.method.as_deref()?;
    let is_among = |hook: &&WebHook| hook.flow == list.flow && hook.is_after == list.is_after;
    let general = ours.iter().filter(is_among).find(|hook| hook.method.is_none())?;
    let beside = ours.iter().filter(is_among).any(|hook| hook.method.as_deref() == Some(method));
    if list.length == 0 || beside {
        return None;
    }
    let means = format!(
        "these hooks run instead of those under selfservice.flows.{}.after.hooks, so /hooks/{} is not called for {method}",
        list.flow, general.name
    );
    Some(Finding::warning(&list.key, means).change(format!("put the web hook of {} beside them", general.key)))
}
