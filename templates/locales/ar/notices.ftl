# رسائل تُعلم بشيء ما.

notice-preview = إذا كنت أنت من فعل ذلك، فلا داعي لفعل أي شيء.
notice-you = هل أنت من فعل ذلك؟ إذًا لا داعي لفعل أي شيء.
notice-not-you = لم تكن أنت من فعل ذلك؟ إذًا قد يكون لدى شخص آخر وصول إلى حسابك. يُرجى تغيير كلمة المرور الآن والتواصل مع فريق الدعم لدينا.
notice-not-you-address = لم تكن أنت من فعل ذلك؟ إذًا قد يكون لدى شخص آخر وصول إلى حسابك. يُرجى تغيير كلمة المرور الآن ومراسلتنا على { $address }.
notice-not-you-link = لم تكن أنت من فعل ذلك؟ إذًا قد يكون لدى شخص آخر وصول إلى حسابك. يُرجى تأمينه الآن:
notice-button = تأمين حسابي
notice-time = الوقت: { $time }
notice-device = الجهاز: { $device }
notice-place = المكان: { $place }
notice-method = الطريقة: { $method }
notice-address = العنوان الجديد: { $address }

verifiable-address-changed-subject = تم تغيير عنوان في حسابك
verifiable-address-changed-body = تم تغيير عنوان بريد إلكتروني أو رقم هاتف في حسابك.

authenticator-key-added-subject = تمت إضافة مفتاح دخول جديد إلى حسابك
authenticator-key-added-body = تمت إضافة مفتاح جديد لتسجيل الدخول إلى حسابك، مثل مفتاح مرور أو مفتاح أمان. يمكن لمن يملكه تسجيل الدخول.

password-changed-subject = تم تغيير كلمة المرور
password-changed-body = تم تغيير كلمة مرور حسابك.

recovery-used-subject = تمت استعادة الوصول إلى حسابك
recovery-used-body = استعاد شخص ما الوصول إلى حسابك برمز أو رابط من بريد إلكتروني أو رسالة نصية.

new-login-subject = تسجيل دخول جديد إلى حسابك
new-login-body = سجّل شخص ما الدخول إلى حسابك من جهاز لم نتعرف عليه من قبل.

login-method-added-subject = تمت إضافة طريقة جديدة لتسجيل الدخول
login-method-added-body = تمت إضافة طريقة جديدة لتسجيل الدخول إلى حسابك.

login-method-removed-subject = تمت إزالة طريقة لتسجيل الدخول
login-method-removed-body = تمت إزالة طريقة لتسجيل الدخول من حسابك.

two-factor-enabled-subject = تم تفعيل تسجيل الدخول بخطوتين
two-factor-enabled-body = من الآن فصاعدًا، يتطلب تسجيل الدخول إلى حسابك خطوة ثانية، مما يجعله أكثر أمانًا بكثير.

two-factor-disabled-subject = تم إيقاف تسجيل الدخول بخطوتين
two-factor-disabled-body = تم إيقاف الخطوة الثانية لتسجيل الدخول إلى حسابك. من الآن فصاعدًا، تكفي خطوة واحدة للدخول.

address-changed-subject = تم تغيير عنوان حسابك
address-changed-body = تم تغيير عنوان البريد الإلكتروني أو رقم الهاتف في حسابك.

welcome-subject = أهلًا بك!
welcome-subject-brand = أهلًا بك في { $brand }!
welcome-title = أهلًا بك!
welcome-preview = حسابك جاهز.
welcome-body = حسابك جاهز، ويمكنك تسجيل الدخول من الآن. يسعدنا انضمامك إلينا.
welcome-not-you = لم تقم بالتسجيل؟ إذًا ربما أخطأ شخص ما في كتابة عنوانه، ويمكنك تجاهل هذه الرسالة.

unknown-title = لا يوجد حساب بهذا العنوان
unknown-you = هل أنت من فعل ذلك؟ ربما سجّلت بعنوان آخر: يُرجى تجربة ذلك العنوان.
unknown-not-you = لم تكن أنت من فعل ذلك؟ إذًا يمكنك ببساطة تجاهل هذه الرسالة.

recovery-unknown-subject = محاولة وصول إلى حساب
recovery-unknown-preview = حاول شخص ما استعادة الوصول إلى حساب بعنوان بريدك الإلكتروني.
recovery-unknown-body = وردنا طلب، منك أو من شخص آخر، لاستعادة الوصول إلى حساب بعنوان البريد الإلكتروني هذا. لا يوجد حساب مرتبط بهذا العنوان، لذا لم يتغير أي شيء.

verification-unknown-subject = حاول شخص ما تأكيد عنوان البريد الإلكتروني هذا
verification-unknown-preview = حاول شخص ما تأكيد عنوان بريدك الإلكتروني.
verification-unknown-body = وردنا طلب، منك أو من شخص آخر، لتأكيد عنوان البريد الإلكتروني هذا. لا يوجد حساب مرتبط به، لذا لم يتغير أي شيء.
