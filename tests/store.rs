//! The promises of the store (src/store/mod.rs), as one contract for every database, and what is
//! special to a file.

#[cfg(test)]
#[path = "store/backup.rs"]
mod backup;
#[cfg(test)]
#[path = "store/content.rs"]
mod content;
#[cfg(test)]
#[path = "store/enqueue.rs"]
mod enqueue;
#[cfg(test)]
#[path = "store/file.rs"]
mod file;
#[cfg(test)]
#[path = "store/helpers.rs"]
mod helpers;
#[cfg(test)]
#[path = "store/limits.rs"]
mod limits;
#[cfg(test)]
#[path = "store/lists.rs"]
mod lists;
#[cfg(test)]
#[path = "store/model/mod.rs"]
mod model;
#[cfg(test)]
#[path = "support/postgres.rs"]
mod postgres_support;
#[cfg(test)]
#[path = "store/recoveries.rs"]
mod recoveries;
#[cfg(test)]
#[path = "store/repeats.rs"]
mod repeats;
#[cfg(test)]
#[path = "store/schemas.rs"]
mod schemas;
#[cfg(test)]
#[path = "store/twins.rs"]
mod twins;
#[cfg(test)]
#[path = "store/upgrade.rs"]
mod upgrade;
#[cfg(test)]
#[path = "store/upkeep.rs"]
mod upkeep;
#[cfg(test)]
#[path = "store/work.rs"]
mod work;

/// Each function of the contract as a test on a fresh SQLite file, and on a fresh schema of a Postgres
/// database where there is one.
macro_rules! contract {
    ($($family:ident { $($name:ident),+ $(,)? })+) => {
        #[cfg(test)]
        mod sqlite {
            $(mod $family {
                $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() {
                    let home = crate::helpers::Home::new();
                    let store = home.open().await;
                    crate::$family::$name(&store).await;
                    store.close().await.unwrap();
                })+
            })+
        }

        #[cfg(test)]
        mod postgres {
            $(mod $family {
                $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() {
                    let Some(schema) = crate::postgres_support::Schema::new("store").await else { return };
                    let options = crate::helpers::OPTIONS;
                    let store = postrider::store::Store::open(&schema.location(), options).await.unwrap();
                    crate::$family::$name(&store).await;
                    store.close().await.unwrap();
                })+
            })+
        }
    };
}

contract! {
    enqueue {
        what_was_stored_is_there,
        a_repeat_is_a_duplicate_within_its_window_and_source,
        of_equal_posts_at_the_same_moment_one_is_stored,
        a_webhook_id_means_one_content,
        a_webhook_id_is_remembered_for_a_duplicate_too,
        who_is_suppressed_gets_nothing_and_no_content_is_kept,
        what_intake_gave_up_is_recorded,
        a_caller_who_went_away_is_still_told_to_others,
        on_commit_hears_every_outcome_before_the_answer,
    }
    work {
        claims_go_by_lane_and_then_by_due_time,
        a_claim_takes_no_more_of_a_lane_than_it_is_told,
        only_due_queued_mails_are_claimed,
        a_clock_set_back_holds_nothing_up,
        a_message_in_hand_is_nobody_elses,
        a_stale_token_changes_nothing,
        a_delivery_is_a_fact_whatever_the_token,
        a_release_leaves_it_as_it_was,
        several_settle_in_one_commit,
        history_is_bounded,
        expiry_takes_every_channel,
        a_forward_jump_shifts_live_messages,
        a_long_queue_follows_the_clock_whole,
        what_changes_hands_meanwhile_follows_the_clock_once,
    }
    content {
        a_final_state_erases_content_and_replies,
        abandoned_content_stays_until_its_time,
        retry_says_what_is_possible,
        a_retried_message_keeps_its_content,
        the_inbox_keeps_the_last_five_hundred,
        windows_are_forgotten_when_over,
        finished_messages_are_forgotten_in_time,
        the_first_key_stands,
    }
    recoveries {
        a_recovery_comes_with_its_mail_and_its_audit_line,
        a_suppression_holds_its_mail_back,
        a_lost_key_stores_nothing,
        a_try_that_was_thought_lost_is_not_stored_twice,
        the_newest_open_one_of_a_recipient_is_found,
        tries_are_counted_and_the_right_code_comes_once,
        withdrawing_abandons_a_queued_mail_for_good,
        what_is_used_or_expired_is_not_withdrawn,
        recoveries_are_listed_by_identity_and_forgotten_in_time,
        the_audit_log_is_filtered_and_forgotten_in_time,
        a_retry_is_audited_with_its_verdict,
    }
    repeats {
        a_key_is_one_request_s_until_it_is_over,
        a_freed_key_is_free_and_an_answered_one_is_not,
        a_reservation_of_a_dead_process_lapses,
        of_equal_keys_at_the_same_moment_one_is_free,
        answers_live_as_long_as_they_may,
    }
    twins {
        what_the_other_one_told_is_a_duplicate_and_so_is_its_repeat,
        each_can_tell_again,
        a_window_that_is_over_makes_nothing_a_duplicate,
        a_refused_one_is_no_telling,
        of_two_at_the_same_moment_one_is_kept,
    }
    limits {
        one_notice_too_many_is_refused_and_other_types_and_recipients_are_not,
        a_code_too_many_waits_and_the_newest_takes_its_place,
        a_code_on_its_way_is_not_superseded,
        turns_come_until_the_hour_is_over,
        no_more_than_the_limit_pass_at_the_same_moment,
        what_was_never_sent_does_not_count,
        counts_are_forgotten_a_day_after_the_last,
    }
    upkeep {
        a_purge_takes_finished_messages_of_an_age_and_a_status,
        a_purge_goes_on_where_it_ended,
        a_recipient_is_forgotten_with_all_that_is_theirs,
        a_trace_leads_to_identities_and_lines,
        what_was_seen_is_kept_with_the_message_that_tells_of_it,
        of_what_was_seen_the_last_word_stands,
        what_was_seen_of_an_identity_is_forgotten,
        every_sealed_byte_is_found_and_sealed_anew,
        a_walk_over_what_is_sealed_goes_on_where_it_ended,
        what_changed_meanwhile_is_not_sealed_over,
        a_forward_jump_keeps_what_waits_for_a_retry,
    }
    lists {
        pages_go_by_id_newest_first,
        each_filter_filters,
        depth_counts_lanes,
        a_node_is_known_while_registered,
        a_closed_store_says_so,
    }
}
