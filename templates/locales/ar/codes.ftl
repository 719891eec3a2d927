# رسائل فيها رمز أو رابط.

recovery-title = استعادة الوصول إلى حسابك
recovery-code-subject = رمز استعادة الوصول إلى حسابك
recovery-code-subject-code = الرمز { $code } لاستعادة الوصول إلى حسابك
recovery-code-preview = أدخِله لاستعادة الوصول إلى حسابك.
recovery-code-intro = استخدم هذا الرمز لاستعادة الوصول إلى حسابك:
recovery-code-not-you = لم تطلب ذلك؟ إذًا لا داعي لفعل أي شيء: لا يمكن لأحد الدخول من دون الرمز، وسيبقى حسابك كما هو.
recovery-link-preview = افتح الرابط لاستعادة الوصول إلى حسابك.
recovery-link-intro = استخدم هذا الرابط لاستعادة الوصول إلى حسابك:
recovery-link-not-you = لم تطلب ذلك؟ إذًا لا داعي لفعل أي شيء: لا يمكن لأحد الدخول من دون الرابط، وسيبقى حسابك كما هو.
recovery-button = استعادة الوصول

verification-title = تأكيد عنوان بريدك الإلكتروني
verification-code-subject = رمز تأكيد عنوانك
verification-code-subject-code = الرمز { $code } لتأكيد عنوانك
verification-code-preview = أدخِله لتأكيد عنوان بريدك الإلكتروني.
verification-code-intro = استخدم هذا الرمز لتأكيد أن هذا العنوان يخص حسابك:
verification-code-page = أو افتح هذه الصفحة، حيث تجد الرمز مُدخَلًا:
verification-link-subject = يُرجى تأكيد عنوان بريدك الإلكتروني
verification-link-preview = افتح الرابط لتأكيد عنوان بريدك الإلكتروني.
verification-link-intro = يُرجى تأكيد أن هذا العنوان يخص حسابك:
verification-button = تأكيد عنواني
verification-not-you = لم تطلب ذلك؟ إذًا لا داعي لفعل أي شيء: لن يُؤكَّد عنوانك.

login-code-subject = رمز تسجيل الدخول
login-code-subject-code = الرمز { $code } لتسجيل الدخول
login-code-preview = أدخِله لتسجيل الدخول.
login-code-intro = استخدم هذا الرمز لتسجيل الدخول إلى حسابك:
login-code-not-you = لم تكن تحاول تسجيل الدخول؟ إذًا لا داعي لفعل أي شيء: لا يمكن لأحد الدخول من دون الرمز.

registration-title = إتمام التسجيل
registration-code-subject = رمز إتمام التسجيل
registration-code-subject-code = الرمز { $code } لإتمام التسجيل
registration-code-preview = أدخِله لإتمام التسجيل.
registration-code-intro = أهلًا بك! بقيت خطوة واحدة: أدخِل هذا الرمز لإتمام التسجيل.
registration-code-not-you = لم ترغب في التسجيل؟ إذًا لا داعي لفعل أي شيء: لن يُنشأ أي حساب بعنوانك من دون الرمز.

admin-recovery-intro = طُلب منا أن نساعدك على العودة إلى حسابك. استخدم هذا الرمز للدخول واختيار كلمة مرور جديدة:
admin-recovery-not-you = لم تكن تتوقع ذلك؟ إذًا يُرجى عدم استخدام الرمز وإبلاغ مسؤول النظام لديك.
admin-recovery-not-you-address = لم تكن تتوقع ذلك؟ إذًا يُرجى عدم استخدام الرمز وإبلاغنا: { $address }

invite-title = إعداد حسابك
invite-subject = رمز إعداد حسابك
invite-subject-code = الرمز { $code } لإعداد حسابك
invite-preview = أدخِله لاختيار كلمة المرور.
invite-intro = هناك حساب جاهز لك. استخدم هذا الرمز لاختيار كلمة المرور:
invite-intro-brand = حسابك في { $brand } جاهز. استخدم هذا الرمز لاختيار كلمة المرور:
invite-button = إعداد حسابي
invite-not-you = لا تعرف ما هذا؟ إذًا لا داعي لفعل أي شيء؛ يمكن لمن دعاك أن يشرح لك الأمر.
invite-not-you-address = لا تعرف ما هذا؟ إذًا لا داعي لفعل أي شيء؛ يسعدنا أن نشرح لك الأمر: { $address }
