# コードまたはリンクのあるメール。

recovery-title = アカウントへのアクセスを回復
recovery-code-subject = アカウント回復用のコード
recovery-code-subject-code = コード { $code } でアカウントを回復
recovery-code-preview = 入力すると、アカウントを再びご利用いただけます。
recovery-code-intro = 次のコードで、アカウントを再びご利用いただけます。
recovery-code-not-you = お心当たりがない場合、操作は必要ありません。コードがなければ誰もログインできず、アカウントはそのまま変わりません。
recovery-link-preview = リンクを開くと、アカウントを再びご利用いただけます。
recovery-link-intro = 次のリンクで、アカウントを再びご利用いただけます。
recovery-link-not-you = お心当たりがない場合、操作は必要ありません。リンクがなければ誰もログインできず、アカウントはそのまま変わりません。
recovery-button = アクセスを回復する

verification-title = メールアドレスの確認
verification-code-subject = アドレス確認用のコード
verification-code-subject-code = コード { $code } でアドレスを確認
verification-code-preview = 入力して、メールアドレスを確認してください。
verification-code-intro = 次のコードで、このアドレスがお客様のアカウントのものであることを確認してください。
verification-code-page = コードが入力済みの次のページを開くこともできます。
verification-link-subject = メールアドレスをご確認ください
verification-link-preview = リンクを開いて、メールアドレスを確認してください。
verification-link-intro = このアドレスがお客様のアカウントのものであることをご確認ください。
verification-button = アドレスを確認する
verification-not-you = お心当たりがない場合、操作は必要ありません。アドレスは確認されません。

login-code-subject = ログイン用のコード
login-code-subject-code = コード { $code } でログイン
login-code-preview = 入力してログインしてください。
login-code-intro = 次のコードで、アカウントにログインできます。
login-code-not-you = ログインしようとしていない場合、操作は必要ありません。コードがなければ誰もログインできません。

registration-title = 登録の完了
registration-code-subject = 登録完了用のコード
registration-code-subject-code = コード { $code } で登録を完了
registration-code-preview = 入力して登録を完了してください。
registration-code-intro = ようこそ。あと1ステップです。次のコードを入力して、登録を完了してください。
registration-code-not-you = 登録にお心当たりがない場合、操作は必要ありません。コードがなければ、お客様のアドレスでアカウントが作られることはありません。

admin-recovery-intro = お客様がアカウントを再び使えるようにしてほしいとの依頼を受けました。次のコードでログインし、新しいパスワードを設定してください。
admin-recovery-not-you = お心当たりがない場合は、コードを使わずに、管理者にお知らせください。
admin-recovery-not-you-address = お心当たりがない場合は、コードを使わずに、こちらまでお知らせください：{ $address }

invite-title = アカウントの設定
invite-subject = アカウント設定用のコード
invite-subject-code = コード { $code } でアカウントを設定
invite-preview = 入力してパスワードを設定してください。
invite-intro = お客様のアカウントが用意されています。次のコードでパスワードを設定してください。
invite-intro-brand = お客様の { $brand } アカウントが用意されています。次のコードでパスワードを設定してください。
invite-button = アカウントを設定する
invite-not-you = お心当たりがない場合、操作は必要ありません。詳しくは、招待された方にお尋ねください。
invite-not-you-address = お心当たりがない場合、操作は必要ありません。詳しくはこちらまでお尋ねください：{ $address }
